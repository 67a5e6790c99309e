// Normalisation of each pixel's channels. CPU twin: src/cpu/layer_norm.rs.
//
// A thread makes all channels of one pixel.

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

override CHANNELS: u32 = 1u;

// Must be kept in sync with `LAYER_NORM_EPSILON` in src/network/op.rs.
const EPSILON: f32 = 1e-6;

@group(0) @binding(0) var<uniform> params: StepParams;
// For each block of 4 channels: weight, then bias.
@group(0) @binding(2) var<storage, read> epilogue: array<vec4f>;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;

// 1 for each channel of a block that there is, 0 beyond the last.
fn mask(block: u32) -> vec4f {
    return select(vec4f(0.0), vec4f(1.0), vec4u(block * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(CHANNELS));
}

@compute @workgroup_size(8, 8)
fn layer_norm(@builtin(global_invocation_id) thread: vec3u) {
    if (any(thread.xy >= params.output_size)) {
        return;
    }
    let plane = params.source_size.x * params.source_size.y;
    let pixel = thread.y * params.source_size.x + thread.x;
    let blocks = (CHANNELS + 3u) / 4u;
    var sum = 0.0;
    for (var block = 0u; block < blocks; block++) {
        sum += dot(vec4f(source[(params.source_first + block) * plane + pixel]), mask(block));
    }
    let mean = sum / f32(CHANNELS);
    var squares = 0.0;
    for (var block = 0u; block < blocks; block++) {
        let distance = (vec4f(source[(params.source_first + block) * plane + pixel]) - mean) * mask(block);
        squares += dot(distance, distance);
    }
    let factor = inverseSqrt(squares / f32(CHANNELS) + EPSILON);
    for (var block = 0u; block < blocks; block++) {
        let normal = (vec4f(source[(params.source_first + block) * plane + pixel]) - mean) * factor;
        let result = normal * epilogue[2u * block] + epilogue[2u * block + 1u];
        features[(params.output_first + block) * plane + pixel] = vec4<Stored>(result);
    }
}
