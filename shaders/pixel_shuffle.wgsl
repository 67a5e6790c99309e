// Features to pixels: 3 * SCALE * SCALE channels of a pixel to SCALE x SCALE pixels of the enlarged picture, where no
// convolution does it in passing (`tail` in conv.wgsl). CPU twin: src/cpu/pixel_shuffle.rs.
//
// A thread makes one pixel of the enlarged picture, of the part that goes out.

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

override SCALE: u32 = 1u;
override ADDS_PICTURE: bool = false;

@group(0) @binding(0) var<uniform> params: StepParams;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
// RGBA, red lowest: a word for each pixel, or two where there are 16 bits a channel.
@group(0) @binding(6) var<storage, read> picture: array<u32>;
@group(0) @binding(7) var<storage, read_write> enlarged: array<u32>;

fn channel_value(pixel: u32, channel: u32) -> f32 {
    let plane = params.source_size.x * params.source_size.y;
    return f32(source[(params.source_first + channel / 4u) * plane + pixel][channel % 4u]);
}

fn picture_color(at: u32) -> vec3f {
    if (params.is_16_bit == 0u) {
        return unpack4x8unorm(picture[at]).rgb;
    }
    return vec3f(unpack2x16unorm(picture[2u * at]), unpack2x16unorm(picture[2u * at + 1u]).x);
}

// Alpha: 0 where a color is not finite. By its bits, because compilers may assume that there is no such number.
fn marker(color: vec3f) -> f32 {
    let exponent = vec3u(0x7f800000u);
    return select(1.0, 0.0, any((bitcast<vec3u>(color) & exponent) == exponent));
}

fn store_pixel(at: u32, color: vec3f) {
    let pixel = vec4f(saturate(color), marker(color));
    if (params.is_16_bit == 0u) {
        enlarged[at] = pack4x8unorm(pixel);
    } else {
        enlarged[2u * at] = pack2x16unorm(pixel.rg);
        enlarged[2u * at + 1u] = pack2x16unorm(pixel.ba);
    }
}

@compute @workgroup_size(8, 8)
fn pixel_shuffle(@builtin(global_invocation_id) thread: vec3u) {
    if (any(thread.xy >= params.keep_size * SCALE)) {
        return;
    }
    let place = params.keep_origin + thread.xy / SCALE;
    let pixel = place.y * params.source_size.x + place.x;
    let inside = thread.y % SCALE * SCALE + thread.x % SCALE;
    let step = SCALE * SCALE;
    var color = vec3f(
        channel_value(pixel, inside),
        channel_value(pixel, step + inside),
        channel_value(pixel, 2u * step + inside),
    );
    if (ADDS_PICTURE) {
        color += picture_color(pixel);
    }
    store_pixel(thread.y * params.keep_size.x * SCALE + thread.x, color);
}
