//! What shaders and this code must agree on: the parameters of a step, workgroups, and bindings.

use std::mem::offset_of;

use naga::{
    Module, TypeInner,
    front::wgsl,
    valid::{Capabilities, ModuleInfo, ValidationFlags, Validator},
};

use super::{entry::Entry, run::StepParams, source::SHADERS};

fn shaders() -> impl Iterator<Item = (&'static str, Module, ModuleInfo)> {
    SHADERS.into_iter().map(|(name, text)| {
        let module = wgsl::parse_str(text).expect(name);
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::SHADER_FLOAT16);
        let info = validator.validate(&module).expect(name);
        (name, module, info)
    })
}

#[test]
fn the_parameters_of_a_step_lie_where_every_shader_reads_them() {
    let firsts = offset_of!(StepParams, firsts);
    let expected = [
        ("source_size", offset_of!(StepParams, source_size)),
        ("output_size", offset_of!(StepParams, output_size)),
        ("source_origin", offset_of!(StepParams, source_origin)),
        ("output_origin", offset_of!(StepParams, output_origin)),
        ("source_whole", offset_of!(StepParams, source_whole)),
        ("output_whole", offset_of!(StepParams, output_whole)),
        ("keep_origin", offset_of!(StepParams, keep_origin)),
        ("keep_size", offset_of!(StepParams, keep_size)),
        ("needed_origin", offset_of!(StepParams, needed_origin)),
        ("needed_size", offset_of!(StepParams, needed_size)),
        ("source_first", firsts),
        ("output_first", firsts + 4),
        ("other_first", firsts + 8),
        ("second_first", firsts + 12),
        ("is_16_bit", offset_of!(StepParams, is_16_bit)),
    ];
    for (name, module, _) in shaders() {
        let is_params = |inner: &naga::Type| inner.name.as_deref() == Some("StepParams");
        let (_, params) = module.types.iter().find(|(_, inner)| is_params(inner)).expect(name);
        let TypeInner::Struct { members, .. } = &params.inner else { panic!("{name}: no struct") };
        let members: Vec<_> =
            members.iter().map(|member| (member.name.as_deref().expect("a name"), member.offset as usize)).collect();
        assert_eq!(members, expected, "{name}");
        assert_eq!(params.inner.size(module.to_ctx()) as usize, size_of::<StepParams>(), "{name}");
    }
}

#[test]
fn every_entry_point_has_the_workgroup_and_the_bindings_of_the_table() {
    let mut count = 0;
    for (name, module, info) in shaders() {
        for (index, point) in module.entry_points.iter().enumerate() {
            let is_it = |entry: &Entry| entry.name() == point.name && entry.point().shader == name;
            let entry =
                Entry::ALL.into_iter().find(is_it).unwrap_or_else(|| panic!("{} is not in the table", point.name));
            let [across, down] = entry.point().threads;
            assert_eq!(point.workgroup_size, [across, down, 1], "{}", point.name);
            let uses = info.get_entry_point(index);
            let used = module.global_variables.iter().filter(|(handle, _)| !uses[*handle].is_empty());
            let mut used: Vec<_> =
                used.filter_map(|(_, variable)| variable.binding.map(|binding| binding.binding)).collect();
            used.sort_unstable();
            let mut bound: Vec<_> = entry.point().bindings.iter().map(|&binding| binding as u32).collect();
            bound.sort_unstable();
            assert_eq!(used, bound, "{}", point.name);
            count += 1;
        }
    }
    assert_eq!(count, Entry::ALL.len());
}
