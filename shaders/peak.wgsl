// How fast a GPU multiplies and adds: chains of fused multiply-adds and nothing else. It measures and is no part of any
// network, so it has no CPU twin. src/gpu/peak.rs runs it.

// What is multiplied and added; src/gpu/source.rs makes a second variant with f16.
alias Stored = f32;

// As `STEPS` and `CHAINS` in src/gpu/peak.rs, whose test notices a difference. Twelve sums in flight hide a multiply-add's latency
// and fit into the registers even of a CPU that simulates a GPU.
const STEPS: u32 = 1024u;
const CHAINS: u32 = 3u;

// Factor, then addend: unknown to the compiler, so that it cannot compute anything beforehand.
@group(0) @binding(0) var<uniform> numbers: vec4f;
// One for each thread. Whoever skips work cannot know what belongs here.
@group(0) @binding(1) var<storage, read_write> sums: array<Stored>;

@compute @workgroup_size(256)
fn peak(@builtin(global_invocation_id) thread: vec3u) {
    let factor = vec4<Stored>(numbers.xxxx);
    let addend = vec4<Stored>(numbers.yyyy);
    var first = vec4<Stored>(vec4f(f32(thread.x % 64u)) * vec4f(0.01, 0.02, 0.03, 0.04));
    var second = first + addend;
    var third = second + addend;
    for (var step = 0u; step < STEPS; step++) {
        first = fma(first, factor, addend);
        second = fma(second, factor, addend);
        third = fma(third, factor, addend);
    }
    sums[thread.x] = dot(first + second + third, vec4<Stored>(1.0));
}
