import Core
import Web

extension BlacklistPages {
  private static let terms: [(hours: Int64, title: String)] = [
    (24, "A day"), (168, "A week"), (720, "30 days"), (8_760, "A year"),
  ]

  /// One entry on the left, a whole list on the right.
  func newPage(_ one: FormFields, _ many: FormFields, _ call: TrackerCall, status: Int) -> Reply {
    layout.page(
      Layout.Frame(title: "Add to the blacklist", current: Self.path, crumbs: [("Blacklist", Self.path)]), call,
      status: status,
      """
      <div class="ty-columns ty-even"><div>\(form(
        "One address or range", action: Self.path, button: "Add entry", one,
        one.input("range", "Address or range", required: true, placeholder: "203.0.113.0/24"), call))</div>
      <div>\(form(
        "Many at once", action: "\(Self.path)/bulk", button: "Add all", many,
        many.area(
          "text", "Addresses and ranges", rows: 10,
          hint: "One a line, up to \(Figures.count(BlacklistText.lineLimit)). What follows # is the line's reason.",
          isCode: true, placeholder: "203.0.113.7\n2001:db8:7::/48  # scraper"), call))</div></div>
      """)
  }

  private func form(
    _ title: String, action: String, button: String, _ fields: FormFields, _ content: HTML, _ call: TrackerCall
  ) -> HTML {
    let terms = Self.terms.map { FormFields.Choice("\($0.hours)", $0.title) }
    return """
      <form class="card ty-form" method="post" action="\(action)" novalidate>\(call.csrfField)<div class="card-header">\
      <h2 class="card-title">\(title)</h2></div><div class="card-body">\(fields.summary)\(content)\
      <div class="ty-pair">\(fields.input("reason", "Reason", hint: "For you; visitors do not see it."))\
      \(fields.select("hours", "Stays", terms, none: "Until it is taken off"))</div></div>\
      <div class="card-footer ty-buttons"><button class="btn btn-primary">\(button)</button>\
      <a class="btn" href="\(Self.path)">Cancel</a></div></form>
      """
  }

  func add(_ call: TrackerCall) async throws -> Reply {
    let values = call.form.body(texts: ["range", "reason", "hours"])
    do {
      let entry = try await api.add(FieldReader(.object(body(values))), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "\(entry.range) is on the blacklist."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return newPage(
        FormFields(values, problem: problem, icons: layout.icons), FormFields([:], icons: layout.icons), call,
        status: problem.status)
    }
  }

  func addAll(_ call: TrackerCall) async throws -> Reply {
    let values = call.form.body(texts: ["text", "reason", "hours"])
    do {
      let (added, unchanged) = try await api.addAll(FieldReader(.object(body(values))), by: call)
      let rest = unchanged > 0 ? " \(Figures.count(unchanged)) were there already." : ""
      let were = added == 1 ? "1 entry was" : "\(Figures.count(added)) entries were"
      return .redirect(to: Self.path, flash: Flash(.success, "\(were) added.\(rest)"))
    } catch let problem as Problem where problem.isAboutTheForm {
      return newPage(
        FormFields([:], icons: layout.icons), FormFields(values, problem: problem.aboutText, icons: layout.icons),
        call, status: problem.status)
    }
  }

  /// The API's body: what a form says as hours from now is a time there.
  private func body(_ values: JSONObject) -> JSONObject {
    var body = JSONObject()
    for member in values.members where member.key != "hours" { body[member.key] = member.value }
    if let hours = values["hours"]?.stringValue.flatMap({ Int64($0) }), BlacklistSettings.hoursRange.contains(hours) {
      body["expires_at"] = JSONValue(api.store.clock.now() + .hours(hours))
    }
    return body
  }
}

extension Problem {
  /// Faults of lines as faults of the text area they stand in.
  fileprivate var aboutText: Problem {
    var problem = self
    problem.errors = errors.map { fault in
      FieldFault(
        field: fault.field.hasPrefix("lines[") ? "text" : fault.field, code: fault.code, message: fault.message)
    }
    return problem
  }
}
