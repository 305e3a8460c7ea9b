import Core
import Web

/// Ten sections, each with no, read or write access.
struct PermissionMatrix: Sendable {
  /// `permissions` holds the levels.
  let fields: FormFields

  var html: HTML {
    let levels = fields.values["permissions"]
    let rows = Section.allCases.map { section -> HTML in
      let current = levels?[section.rawValue]?.stringValue ?? ""
      let cells = Self.levels.map { level -> HTML in
        """
        <td><input class="form-check-input" type="radio" name="permission_\(section.rawValue)" value="\(level.value)" \
        aria-label="\(section.rawValue.capitalizedFirst): \(level.title)"\
        \(attribute: "checked", when: level.value == current)></td>
        """
      }
      return "<tr><th scope=\"row\">\(section.rawValue.capitalizedFirst)</th>\(cells)</tr>"
    }
    let heads = Self.levels.map { "<th scope=\"col\">\($0.title)</th>" as HTML }
    return """
      <fieldset class="ty-list"><legend class="form-label">Permissions</legend>\(fields.faultNote("permissions"))\
      <table class="table ty-matrix"><thead><tr><th scope="col">Section</th>\(heads)</tr></thead>\
      <tbody>\(rows)</tbody></table></fieldset>
      """
  }

  private static let levels: [(value: String, title: String)] = [("", "None"), ("read", "Read"), ("write", "Write")]

  /// The API's `permissions` of a submitted form.
  static func permissions(of form: FormBody) -> JSONValue {
    var object = JSONObject()
    for section in Section.allCases {
      if let level = form["permission_\(section.rawValue)"], !level.isEmpty {
        object[section.rawValue] = .string(level)
      }
    }
    return .object(object)
  }
}
