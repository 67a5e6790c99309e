// Squares of FACTOR x FACTOR pixels of the picture as channels of one. CPU twin: src/cpu/pixel_unshuffle.rs.
//
// A thread makes one pixel of one block of 4 channels.

// How feature maps are stored; src/gpu/kernels.rs makes a second variant with f16.
alias Stored = f32;

// As in conv.wgsl, and `StepParams` in src/gpu/run.rs; src/gpu/shader_tests.rs compares them.
struct StepParams {
    source_size: vec2u,
    output_size: vec2u,
    source_origin: vec2u,
    output_origin: vec2u,
    source_whole: vec2u,
    output_whole: vec2u,
    keep_origin: vec2u,
    keep_size: vec2u,
    needed_origin: vec2u,
    needed_size: vec2u,
    // Blocks of 4 channels before those that are read and written, in their maps.
    source_first: u32,
    output_first: u32,
    other_first: u32,
    second_first: u32,
    // 1 where the picture has 16 bits a channel, 0 where it has 8.
    is_16_bit: u32,
}

override FACTOR: u32 = 1u;

@group(0) @binding(0) var<uniform> params: StepParams;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;
// RGBA, red lowest: a word for each pixel, or two where there are 16 bits a channel.
@group(0) @binding(6) var<storage, read> picture: array<u32>;

fn picture_color(at: u32) -> vec3f {
    if (params.is_16_bit == 0u) {
        return unpack4x8unorm(picture[at]).rgb;
    }
    return vec3f(unpack2x16unorm(picture[2u * at]), unpack2x16unorm(picture[2u * at + 1u]).x);
}

// Channel (colour * FACTOR + dy) * FACTOR + dx of a pixel; zero beyond the last.
fn channel_value(pixel: vec2u, channel: u32) -> f32 {
    let colour = channel / (FACTOR * FACTOR);
    let place = pixel * FACTOR + vec2u(channel % FACTOR, channel / FACTOR % FACTOR);
    let colors = picture_color(place.y * params.source_size.x + place.x);
    return select(0.0, colors[min(colour, 2u)], colour < 3u);
}

@compute @workgroup_size(8, 8)
fn pixel_unshuffle(@builtin(global_invocation_id) thread: vec3u) {
    if (any(thread.xy >= params.output_size)) {
        return;
    }
    let channel = thread.z * 4u;
    let values = vec4f(
        channel_value(thread.xy, channel),
        channel_value(thread.xy, channel + 1u),
        channel_value(thread.xy, channel + 2u),
        channel_value(thread.xy, channel + 3u),
    );
    let output = (params.output_first + thread.z) * params.output_size.x * params.output_size.y;
    features[output + thread.y * params.output_size.x + thread.x] = vec4<Stored>(values);
}
