//! What the machine's vectors are like. Weights are packed for one machine.

use pulp::{Simd, WithSimd};

#[cfg(all(target_arch = "wasm32", not(target_feature = "simd128")))]
compile_error!("build for wasm32 with -C target-feature=+simd128, as .cargo/config.toml has it");

/// Which instructions there are. In wasm that is settled when it is compiled, and others would only add to its size.
#[cfg(not(target_arch = "wasm32"))]
type Instructions = pulp::Arch;
#[cfg(target_arch = "wasm32")]
type Instructions = pulp::wasm::Simd128;

/// The best instructions of this machine and what follows from them.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    instructions: Instructions,
    /// Values in a vector.
    pub lanes: usize,
    /// Vector registers.
    registers: usize,
}

impl Machine {
    /// Looks which instructions there are.
    ///
    /// # Panics
    /// Never: a wasm module with vectors loads only where there are vectors.
    #[must_use]
    pub fn detect() -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        let instructions = pulp::Arch::new();
        #[cfg(target_arch = "wasm32")]
        let instructions = pulp::wasm::Simd128::try_new().expect("the module would not have loaded without them");
        Self::of(instructions)
    }

    /// Every machine that this one can be, the best last.
    #[must_use]
    pub fn all() -> Vec<Self> {
        #[cfg(not(target_arch = "wasm32"))]
        let plain = Some(Self::of(pulp::Arch::Scalar));
        #[cfg(target_arch = "wasm32")]
        let plain = None;
        #[cfg(target_arch = "x86_64")]
        let narrow = pulp::x86::V3::try_new().map(|simd| Self::of(pulp::Arch::V3(simd)));
        #[cfg(not(target_arch = "x86_64"))]
        let narrow = None;
        plain.into_iter().chain(narrow).chain([Self::detect()]).collect()
    }

    fn of(instructions: Instructions) -> Self {
        struct Look;
        impl WithSimd for Look {
            type Output = (usize, usize);

            #[inline(always)]
            fn with_simd<S: Simd>(self, _: S) -> Self::Output {
                (S::F32_LANES, S::REGISTER_COUNT)
            }
        }
        let machine = Self { instructions, lanes: 1, registers: 1 };
        let (lanes, registers) = machine.run(Look);
        Self { lanes, registers, ..machine }
    }

    /// Runs work with these instructions.
    pub(crate) fn run<Work: WithSimd>(&self, work: Work) -> Work::Output {
        #[cfg(not(target_arch = "wasm32"))]
        return self.instructions.dispatch(work);
        #[cfg(target_arch = "wasm32")]
        Simd::vectorize(self.instructions, work)
    }

    /// The widths, in vectors, of the blocks of outputs that are summed at once; the whole is `outputs` channels wide.
    pub(crate) fn blocks(&self, outputs: usize) -> Vec<usize> {
        let widest = if pixels(self.registers) == MANY { 3 } else { 2 };
        let mut left = outputs.div_ceil(self.lanes);
        let mut blocks = Vec::new();
        while left > 0 {
            // Three at once only to be rid of an odd one; two are as fast.
            let block = if left % 2 == 1 && left >= widest { widest } else { left.min(2) };
            blocks.push(block);
            left -= block;
        }
        blocks
    }
}

/// Pixels that are summed at once where there are 32 registers, and where there are 16.
pub(crate) const MANY: usize = 8;
pub(crate) const FEW: usize = 4;

/// Measured: 8 x 2 and 8 x 3 sums reach 97 % of what AVX-512 can do. With 16 registers, which is what wasm gets on x86, 4 x 2 do
/// 94 % in V8, and anything larger is spilled to memory there and half as fast.
pub(crate) const fn pixels(registers: usize) -> usize {
    if registers >= 32 && !cfg!(target_arch = "wasm32") { MANY } else { FEW }
}
