import Core

extension FormFields {
  /// The fields of the object `name` under their paths: `pixels.facebook`, as faults name them too.
  func unfolding(_ name: String) -> FormFields {
    var fields = self
    for member in values[name]?.objectValue?.members ?? [] { fields.values["\(name).\(member.key)"] = member.value }
    return fields
  }
}
