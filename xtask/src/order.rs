//! The order of a module's functions, without those that are there twice. What compresses looks for repetitions and names them by
//! their distance, so functions that are alike cost less side by side.

use std::convert::Infallible;

use anyhow::{Context, Result};
use wasm_encoder::{
    CodeSection, FunctionSection, Module,
    reencode::{Error, Reencode},
};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// The same module with its functions sorted by type and then by code, and each of them once. Generic code leaves many that
/// are the same.
pub fn alike(module: &[u8]) -> Result<Vec<u8>> {
    let mut sorted = sorted(module)?;
    // Functions that called one of two that were the same may now be the same themselves.
    loop {
        let again = self::sorted(&sorted)?;
        if again.len() == sorted.len() {
            return Ok(again);
        }
        sorted = again;
    }
}

fn sorted(module: &[u8]) -> Result<Vec<u8>> {
    let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload.context("the module cannot be read")? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(section) => types = section.into_iter().collect::<Result<_, _>>()?,
            Payload::CodeSectionEntry(body) => bodies.push(&module[body.range()]),
            _ => {}
        }
    }
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by_key(|&function| (types[function], bodies[function]));
    let (mut places, mut first) = (vec![0; order.len()], Vec::<usize>::new());
    for function in order {
        let is_first = |&last: &usize| (types[last], bodies[last]) != (types[function], bodies[function]);
        if first.last().is_none_or(is_first) {
            first.push(function);
        }
        places[function] = imported + u32::try_from(first.len() - 1)?;
    }
    let mut sorted = Module::new();
    Sort { imported, order: first, places }.parse_core_module(&mut sorted, Parser::new(0), module)?;
    Ok(sorted.finish())
}

struct Sort {
    /// How many functions the module imports; they come first and stay.
    imported: u32,
    /// The others' old places in their new order, of those that are the same only the first.
    order: Vec<usize>,
    /// Their new indices by their old places.
    places: Vec<u32>,
}

impl Reencode for Sort {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(function.checked_sub(self.imported).map_or(function, |function| self.places[function as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types: Vec<u32> = section.into_iter().collect::<Result<_, _>>()?;
        for &function in &self.order {
            functions.function(types[function]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Result<(), Error> {
        let bodies: Vec<_> = section.into_iter().collect::<Result<_, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        EntityType, ExportKind, ExportSection, Function, ImportSection, Instruction, StartSection, TypeSection,
    };

    use super::*;

    /// Functions of one type, each of which calls some.
    fn calling(functions_called: &[&[u32]]) -> (TypeSection, FunctionSection, CodeSection) {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for calls in functions_called {
            functions.function(0);
            let mut body = Function::new([]);
            for &function in *calls {
                body.instruction(&Instruction::Call(function));
            }
            body.instruction(&Instruction::End);
            code.function(&body);
        }
        (types, functions, code)
    }

    /// One function is imported, and one of its own calls the next and that one the imported one.
    fn module() -> Vec<u8> {
        let mut imports = ImportSection::new();
        imports.import("page", "imported", EntityType::Function(0));
        let (types, functions, code) = calling(&[&[2, 2], &[0]]);
        let mut exports = ExportSection::new();
        exports.export("outer", ExportKind::Func, 1).export("inner", ExportKind::Func, 2);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&exports);
        module.section(&StartSection { function_index: 1 }).section(&code);
        module.finish()
    }

    #[test]
    fn what_is_there_twice_is_left_once() {
        // Two of the same, two that call one of them each, and the one that calls those.
        let (types, functions, code) = calling(&[&[], &[], &[0], &[1], &[2, 3]]);
        let mut exports = ExportSection::new();
        exports.export("one", ExportKind::Func, 0).export("other", ExportKind::Func, 1);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&exports).section(&code);
        let folded = alike(&module.finish()).unwrap();
        let (mut indices, mut count) = (Vec::new(), 0);
        for payload in Parser::new(0).parse_all(&folded) {
            match payload.unwrap() {
                Payload::ExportSection(section) => {
                    indices.extend(section.into_iter().map(|export| export.unwrap().index))
                }
                Payload::CodeSectionEntry(_) => count += 1,
                _ => {}
            }
        }
        assert_eq!((indices[0], count), (indices[1], 3));
    }

    #[test]
    fn functions_are_sorted_and_what_names_them_follows() {
        let (mut exports, mut start, mut bodies) = (Vec::new(), None, Vec::new());
        let sorted = alike(&module()).unwrap();
        for payload in Parser::new(0).parse_all(&sorted) {
            match payload.unwrap() {
                Payload::ExportSection(section) => {
                    exports = section
                        .into_iter()
                        .map(|export| export.map(|export| (export.name, export.index)).unwrap())
                        .collect();
                }
                Payload::StartSection { func, .. } => start = Some(func),
                Payload::CodeSectionEntry(body) => bodies.push(sorted[body.range()].to_vec()),
                _ => {}
            }
        }
        // No locals, calls of a function, end.
        assert_eq!(bodies, [&[0, 0x10, 0, 0x0b][..], &[0, 0x10, 1, 0x10, 1, 0x0b]]);
        assert_eq!((exports, start), (vec![("outer", 2), ("inner", 1)], Some(2)));
    }
}
