// Squares of FACTOR x FACTOR pixels of the picture as channels of one. CPU twin: src/cpu/pixel_unshuffle.rs.
//
// A thread makes one pixel of one block of 4 channels.

// How feature maps are stored; src/gpu/kernels.rs makes a second variant with f16.
alias Stored = f32;

// Must be kept in sync with `Extent` in shaders/conv.wgsl.
struct Extent {
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
    deep: u32,
}

override FACTOR: u32 = 1u;

@group(0) @binding(0) var<uniform> extent: Extent;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;
// RGBA, red lowest: a word for each pixel, or two where there are 16 bits a channel.
@group(0) @binding(6) var<storage, read> picture: array<u32>;

fn picture_color(at: u32) -> vec3f {
    if (extent.deep == 0u) {
        return unpack4x8unorm(picture[at]).rgb;
    }
    return vec3f(unpack2x16unorm(picture[2u * at]), unpack2x16unorm(picture[2u * at + 1u]).x);
}

// Channel (colour * FACTOR + dy) * FACTOR + dx of a pixel; zero beyond the last.
fn channel_value(pixel: vec2u, channel: u32) -> f32 {
    let colour = channel / (FACTOR * FACTOR);
    let place = pixel * FACTOR + vec2u(channel % FACTOR, channel / FACTOR % FACTOR);
    let colors = picture_color(place.y * extent.source_size.x + place.x);
    return select(0.0, colors[min(colour, 2u)], colour < 3u);
}

@compute @workgroup_size(8, 8)
fn pixel_unshuffle(@builtin(global_invocation_id) thread: vec3u) {
    if (any(thread.xy >= extent.output_size)) {
        return;
    }
    let channel = thread.z * 4u;
    let values = vec4f(
        channel_value(thread.xy, channel),
        channel_value(thread.xy, channel + 1u),
        channel_value(thread.xy, channel + 2u),
        channel_value(thread.xy, channel + 3u),
    );
    let output = (extent.output_first + thread.z) * extent.output_size.x * extent.output_size.y;
    features[output + thread.y * extent.output_size.x + thread.x] = vec4<Stored>(values);
}
