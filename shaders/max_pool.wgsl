// The largest value of each window of KERNEL x KERNEL pixels. CPU twin: src/cpu/max_pool.rs.
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

override KERNEL: u32 = 1u;
override STRIDE: u32 = 1u;

@group(0) @binding(0) var<uniform> params: StepParams;
@group(0) @binding(3) var<storage, read> source: array<vec4<Stored>>;
@group(0) @binding(5) var<storage, read_write> features: array<vec4<Stored>>;

@compute @workgroup_size(8, 8)
fn max_pool(@builtin(global_invocation_id) thread: vec3u) {
    if (any(thread.xy >= params.output_size)) {
        return;
    }
    let start = (params.source_first + thread.z) * params.source_size.x * params.source_size.y;
    let corner = thread.xy * STRIDE;
    var largest = source[start + corner.y * params.source_size.x + corner.x];
    for (var y = corner.y; y < corner.y + KERNEL; y++) {
        for (var x = corner.x; x < corner.x + KERNEL; x++) {
            largest = max(largest, source[start + y * params.source_size.x + x]);
        }
    }
    let output = (params.output_first + thread.z) * params.output_size.x * params.output_size.y;
    features[output + thread.y * params.output_size.x + thread.x] = largest;
}
