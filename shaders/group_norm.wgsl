// Group normalisation over all pixels of the tile, and an addition. CPU twin: src/cpu/group_norm.rs.
//
// `statistics` runs first, a workgroup for each group of channels: it leaves the group's mean and the factor that makes
// its variance 1. `normalize` then makes one pixel of one block of 4 channels with each thread.

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

// Channels in a group, and in all.
override GROUP_CHANNELS: u32 = 1u;
override CHANNELS: u32 = 1u;

// Must be kept in sync with `GROUP_NORM_EPSILON` in src/network/op.rs.
const EPSILON: f32 = 1e-5;
const THREADS: u32 = 256u;

@group(0) @binding(0) var<uniform> params: StepParams;
// For each block of 4 channels: weight, then bias.
@group(0) @binding(2) var<storage, read> epilogue: array<vec4f>;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
@group(0) @binding(4) var<storage, read> residual: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;
// For each group: mean and factor.
@group(0) @binding(9) var<storage, read_write> statistics_of: array<vec2f>;

var<workgroup> sums: array<f32, 256>;

fn plane() -> u32 {
    return params.source_size.x * params.source_size.y;
}

// The sum over all threads of what each brings.
fn total(thread: u32, value: f32) -> f32 {
    workgroupBarrier();
    sums[thread] = value;
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (thread < half) {
            sums[thread] += sums[thread + half];
        }
    }
    workgroupBarrier();
    return sums[0];
}

fn channel_value(channel: u32, pixel: u32) -> f32 {
    return f32(source[(params.source_first + channel / 4u) * plane() + pixel][channel % 4u]);
}

@compute @workgroup_size(256)
fn statistics(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
    let count = f32(plane() * GROUP_CHANNELS);
    var sum = 0.0;
    for (var channel = group.x * GROUP_CHANNELS; channel < (group.x + 1u) * GROUP_CHANNELS; channel++) {
        for (var pixel = thread; pixel < plane(); pixel += THREADS) {
            sum += channel_value(channel, pixel);
        }
    }
    let mean = total(thread, sum) / count;
    var squares = 0.0;
    for (var channel = group.x * GROUP_CHANNELS; channel < (group.x + 1u) * GROUP_CHANNELS; channel++) {
        for (var pixel = thread; pixel < plane(); pixel += THREADS) {
            let distance = channel_value(channel, pixel) - mean;
            squares += distance * distance;
        }
    }
    let variance = total(thread, squares) / count;
    if (thread == 0u) {
        statistics_of[group.x] = vec2f(mean, inverseSqrt(variance + EPSILON));
    }
}

fn normalized(value: f32, channel: u32) -> f32 {
    let group = statistics_of[min(channel, CHANNELS - 1u) / GROUP_CHANNELS];
    return (value - group.x) * group.y;
}

@compute @workgroup_size(8, 8)
fn normalize_group(@builtin(global_invocation_id) thread: vec3u) {
    if (any(thread.xy >= params.output_size)) {
        return;
    }
    let pixel = thread.y * params.output_size.x + thread.x;
    let value = vec4f(source[(params.source_first + thread.z) * plane() + pixel]);
    let channel = thread.z * 4u;
    let even = vec4f(
        normalized(value.x, channel),
        normalized(value.y, channel + 1u),
        normalized(value.z, channel + 2u),
        normalized(value.w, channel + 3u),
    );
    let added = vec4f(residual[(params.other_first + thread.z) * plane() + pixel]);
    let result = even * epilogue[2u * thread.z] + epilogue[2u * thread.z + 1u] + added;
    features[(params.output_first + thread.z) * plane() + pixel] = vec4<Stored>(result);
}
