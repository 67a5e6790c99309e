// A map sampled where offsets say. CPU twin: src/cpu/dy_sample.rs.
//
// A thread makes one pixel of one block of 4 channels of the output, which is SCALE times as large as the source.

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
override GROUPS: u32 = 1u;
// Channels of the source.
override CHANNELS: u32 = 1u;

@group(0) @binding(0) var<uniform> params: StepParams;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
@group(0) @binding(4) var<storage, read> offsets: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;

fn plane() -> u32 {
    return params.source_size.x * params.source_size.y;
}

fn source_value(channel: u32, pixel: vec2u) -> f32 {
    let at = (params.source_first + channel / 4u) * plane() + pixel.y * params.source_size.x + pixel.x;
    return f32(source[at][channel % 4u]);
}

// For x (axis 0) or y (axis 1): how far from its own place the sample of a pixel is taken.
fn offset(axis: u32, group: u32, pixel: vec2u) -> f32 {
    let inside = pixel % SCALE;
    let channel = ((axis * GROUPS + group) * SCALE + inside.y) * SCALE + inside.x;
    let place = pixel / SCALE;
    let at = (params.other_first + channel / 4u) * plane() + place.y * params.source_size.x + place.x;
    return f32(offsets[at][channel % 4u]);
}

fn sampled(channel: u32, pixel: vec2u) -> f32 {
    if (channel >= CHANNELS) {
        return 0.0;
    }
    let group = channel / (CHANNELS / GROUPS);
    let own = (vec2f(pixel % SCALE) - (f32(SCALE) - 1.0) / 2.0) / f32(SCALE);
    let moved = vec2f(offset(0u, group, pixel), offset(1u, group, pixel));
    let last = params.source_size - vec2u(1u);
    let position = clamp(vec2f(pixel / SCALE) + moved + own, vec2f(0.0), vec2f(last));
    let first = vec2u(position);
    let next = min(first + vec2u(1u), last);
    let share = position - vec2f(first);
    let upper = source_value(channel, first) * (1.0 - share.x)
        + source_value(channel, vec2u(next.x, first.y)) * share.x;
    let lower = source_value(channel, vec2u(first.x, next.y)) * (1.0 - share.x)
        + source_value(channel, next) * share.x;
    return upper * (1.0 - share.y) + lower * share.y;
}

@compute @workgroup_size(8, 8)
fn dy_sample(@builtin(global_invocation_id) thread: vec3u) {
    if (any(thread.xy >= params.output_size)) {
        return;
    }
    let channel = thread.z * 4u;
    let result = vec4f(
        sampled(channel, thread.xy),
        sampled(channel + 1u, thread.xy),
        sampled(channel + 2u, thread.xy),
        sampled(channel + 3u, thread.xy),
    );
    let output = (params.output_first + thread.z) * params.output_size.x * params.output_size.y;
    features[output + thread.y * params.output_size.x + thread.x] = vec4<Stored>(result);
}
