import Core
import Web

/// The fields of a source: its platform, and what its tracking links carry.
struct SourceForm: Sendable {
  let fields: FormFields
  let icons: IconSet

  var html: HTML {
    """
    \(platform)\(fields.input("name", "Name", required: true, placeholder: "Kadam"))
    \(parameters)
    \(fields.input(
      "postback_url", "Postback URL", .url,
      hint: "Where the source takes conversions. {external_id} is its click id, {payout}, {currency}, {status} and {txid} the conversion's."
    ))
    \(fields.currency("currency", "Currency of the cost", hint: "Empty: the campaign's."))
    \(fields.area("notes", "Notes"))
    """
  }

  private var template: SourceTemplate { SourceTemplate.named(fields.text("template")) ?? .custom }

  /// A new one is filled in by the choice of its platform: plain links, so that it works without scripts.
  private var platform: HTML {
    let hidden: HTML = "<input type=\"hidden\" name=\"template\" value=\"\(template.id)\">"
    guard fields.values["id"] == nil else {
      return """
        \(hidden)<p class="ty-field">Platform: <strong>\(template.name)</strong> \
        <span class="text-secondary">\(template.formats)</span></p>
        """
    }
    let tiles = SourceTemplate.all.map { choice -> HTML in
      let isCurrent = choice.id == template.id
      return """
        <li><a class="ty-tile" href="/admin/sources/new?template=\(choice.id)"\(if: isCurrent, " aria-current=\"true\"")>\
        <span>\(choice.name)<span class="ty-sub">\(choice.formats)</span></span></a></li>
        """
    }
    let hints = template.hints.map { Parts.note(.info, "<p>\($0)</p>", icons) }
    return """
      \(hidden)<fieldset class="ty-list"><legend class="form-label">Platform</legend>\
      <ul class="ty-tiles">\(tiles)</ul></fieldset>\(hints)
      """
  }

  private var parameters: HTML {
    let entries = fields.values["parameters"]?.arrayValue ?? []
    let rows = entries.enumerated().map { index, entry in row(entry, path: "parameters[\(index)]") }
    return FormRows(
      name: "parameters", legend: "In the tracking link", addLabel: "Add parameter",
      hint: "Our parameter, the source's macro for its value, and what it is. Without a macro the source appends it.",
      icons: icons
    ).html(rows, blank: row(nil, path: ""), faults: fields.faultNote("parameters"))
  }

  private func row(_ entry: JSONValue?, path: String) -> HTML {
    let roles = SourceParameter.Role.allCases.map { FormFields.Choice($0.rawValue, $0.title) }
    let role = entry.map { FormFields.text(of: $0["role"]) } ?? SourceParameter.Role.other.rawValue
    return """
      <div class="ty-filter"><input class="form-control" name="parameter_name" \
      value="\(FormFields.text(of: entry?["parameter"]))" aria-label="Parameter" placeholder="sub2" autocomplete="off"\
      \(fields.rowAttributes("\(path).parameter"))>\
      <input class="form-control" name="parameter_macro" value="\(FormFields.text(of: entry?["macro"]))" \
      aria-label="Macro" placeholder="{campaign_id}" autocomplete="off"\(fields.rowAttributes("\(path).macro"))>\
      <select class="form-select" name="parameter_role" aria-label="What it is"\(fields.rowAttributes("\(path).role"))>\
      \(FormFields.options(roles, current: role))</select>\
      \(fields.faultNote("\(path).parameter"))\(fields.faultNote("\(path).macro"))\(fields.faultNote("\(path).role"))</div>
      """
  }

  /// The API's body. A form without the list leaves it to the platform.
  static func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["name", "template", "postback_url", "currency", "notes"])
    if form["parameter_name"] != nil {
      body["parameters"] = .array(
        form.rows("parameter_name", "parameter_macro", "parameter_role").map { row in
          ["parameter": .string(row[0]), "macro": .string(row[1]), "role": row[2].isEmpty ? .null : .string(row[2])]
        })
    }
    return body
  }
}
