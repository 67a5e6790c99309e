//! The innermost loop of every convolution: sums of products that stay in registers.

use pulp::Simd;

/// Adds to each of `R` pixels' `V` vectors of outputs its inputs times their weights. All pixels have as many inputs as there
/// are weights; `weights[input]` holds that input's `V` vectors.
#[inline(always)]
pub(crate) fn multiply<S: Simd, const R: usize, const V: usize>(
    simd: S,
    pixels: [&[f32]; R],
    weights: &[[S::f32s; V]],
    sums: &mut [[S::f32s; V]; R],
) {
    let mut block = *sums;
    let mut inputs: [&[f32]; R] = [&[]; R];
    for pixel in 0..R {
        inputs[pixel] = &pixels[pixel][..weights.len()];
    }
    for input in 0..weights.len() {
        let weights = weights[input];
        for pixel in 0..R {
            let value = simd.splat_f32s(inputs[pixel][input]);
            for vector in 0..V {
                block[pixel][vector] = simd.mul_add_e_f32s(value, weights[vector], block[pixel][vector]);
            }
        }
    }
    *sums = block;
}

/// Values as vectors of `V` at a time.
#[inline(always)]
pub(crate) fn blocks<S: Simd, const V: usize>(values: &[f32]) -> &[[S::f32s; V]] {
    pulp::as_arrays::<V, _>(S::as_simd_f32s(values).0).0
}

/// The vector that begins at a place.
#[inline(always)]
pub(crate) fn load<S: Simd>(values: &[f32], at: usize) -> S::f32s {
    S::as_simd_f32s(&values[at..at + S::F32_LANES]).0[0]
}

/// Puts a vector at a place.
#[inline(always)]
pub(crate) fn store<S: Simd>(values: &mut [f32], at: usize, vector: S::f32s) {
    S::as_mut_simd_f32s(&mut values[at..at + S::F32_LANES]).0[0] = vector;
}
