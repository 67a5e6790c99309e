//! The names under which the module takes functions from its JavaScript. wasm-bindgen ends each with a hash, which nothing
//! compresses.

use std::convert::Infallible;

use anyhow::{Context, Result, bail};
use wasm_encoder::{
    ImportSection, Module,
    reencode::{Error, Reencode},
};
use wasmparser::{Import, ImportSectionReader, Parser};

/// What the module calls the JavaScript that wasm-bindgen makes for it.
const SCRIPT: &str = "./lenslet_bg.js";

/// The same module and JavaScript with short names between them.
pub fn shorten(module: &[u8], script: &str) -> Result<(Vec<u8>, String)> {
    let mut names = Shorten { script: script.to_owned(), count: 0, failed: None };
    let mut shortened = Module::new();
    names.parse_core_module(&mut shortened, Parser::new(0), module).context("the module cannot be read")?;
    match names.failed {
        Some(name) => bail!("the JavaScript of the module does not define {name} once"),
        None => Ok((shortened.finish(), names.script)),
    }
}

struct Shorten {
    script: String,
    /// How many names are given.
    count: usize,
    /// A name that is not in the JavaScript as it should be.
    failed: Option<String>,
}

impl Shorten {
    /// A short name in the place of another one.
    fn renamed(&mut self, name: &str) -> String {
        let short = format!("f{}", self.count);
        self.count += 1;
        let definition = format!("\n        {name}: ");
        if self.script.matches(&definition).count() == 1 {
            self.script = self.script.replace(&definition, &format!("\n        {short}: "));
        } else {
            self.failed = Some(name.to_owned());
        }
        short
    }
}

impl Reencode for Shorten {
    type Error = Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section.into_imports() {
            let Import { module, name, ty } = import?;
            let name = if module == SCRIPT { self.renamed(name) } else { name.to_owned() };
            imports.import(module, &name, self.entity_type(ty)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{EntityType, TypeSection};
    use wasmparser::Payload;

    use super::*;

    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for (module, name) in
            [(SCRIPT, "__wbg_now_12ab"), ("./other.js", "__wbg_now_12ab"), (SCRIPT, "__wbg_then_34cd")]
        {
            imports.import(module, name, EntityType::Function(0));
        }
        let mut module = Module::new();
        module.section(&types).section(&imports);
        module.finish()
    }

    #[test]
    fn both_sides_get_the_same_names() {
        let script = "{\n        __wbg_then_34cd: function() {},\n        __wbg_now_12ab: function() {},\n}";
        let (shortened, script) = shorten(&module(), script).unwrap();
        assert_eq!(script, "{\n        f1: function() {},\n        f0: function() {},\n}");
        let section = Parser::new(0).parse_all(&shortened).find_map(|payload| match payload.unwrap() {
            Payload::ImportSection(section) => Some(section),
            _ => None,
        });
        let names: Vec<_> = section
            .unwrap()
            .into_imports()
            .map(|import| import.map(|import| (import.module, import.name)).unwrap())
            .collect();
        assert_eq!(names, [(SCRIPT, "f0"), ("./other.js", "__wbg_now_12ab"), (SCRIPT, "f1")]);
    }

    #[test]
    fn a_name_that_the_script_lacks_is_told() {
        let error = shorten(&module(), "\n        __wbg_now_12ab: ").unwrap_err().to_string();
        assert_eq!(error, "the JavaScript of the module does not define __wbg_then_34cd once");
    }
}
