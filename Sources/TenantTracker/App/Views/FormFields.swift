import Core
import Web

/// Form fields with label, hint and fault, wired for screen readers. Values have the names and shapes of the API's body.
struct FormFields: Sendable {
  /// What was entered before a fault, else what is stored.
  var values: JSONObject
  /// Why the form came back.
  var problem: Problem?
  var icons: IconSet

  init(_ values: JSONObject, problem: Problem? = nil, icons: IconSet) {
    self.values = values
    self.problem = problem
    self.icons = icons
  }

  func text(_ name: String) -> String { Self.text(of: values[name]) }

  static func text(of value: JSONValue?) -> String {
    switch value {
    case .string(let text)?: text
    case .number(let text)?: text
    default: ""
    }
  }

  /// The message for a field, as a sentence.
  /// - Parameter path: as the reader of the body names it: `payouts[0].country`.
  func fault(at path: String) -> String? {
    problem?.errors.first { $0.field == path }.map { Self.sentence($0) }
  }

  /// `name: is required` as people say it: `Name is required.`
  static func sentence(_ fault: Problem.FieldFault) -> String {
    let message = fault.message.hasSuffix(".") ? fault.message : "\(fault.message)."
    guard message.first?.isLowercase == true else { return message }
    return "\(label(of: fault.field)) \(message)"
  }

  /// `payouts[0].country` -> `Payouts 1 country`
  private static func label(of path: String) -> String {
    let words = path.split { "[].".contains($0) }.map { part in
      Int(part).map { "\($0 + 1)" } ?? part.replacing("_id", with: "").replacing("_", with: " ")
    }
    if words == ["url"] || words == ["html"] { return words[0].uppercased() }
    return words.joined(separator: " ").capitalizedFirst
  }

  /// An element's id for a path.
  static func id(_ path: String) -> String { String(path.map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "-" }) }

  func faultNote(_ path: String) -> HTML {
    guard let message = fault(at: path) else { return .empty }
    return "<div class=\"ty-fault\" id=\"\(Self.id(path))-fault\">\(message)</div>"
  }

  /// `id`, `name` and what ties the field to its hint and fault.
  func attributes(_ name: String, hint: String? = nil, required: Bool = false) -> HTML {
    let id = Self.id(name)
    let isFaulty = fault(at: name) != nil
    let notes = [isFaulty ? "\(id)-fault" : nil, hint == nil ? nil : "\(id)-hint"].compactMap { $0 }
    let described: HTML = notes.isEmpty ? .empty : " aria-describedby=\"\(notes.joined(separator: " "))\""
    return """
      id="\(id)" name="\(name)"\(attribute: "required", when: required)\(if: isFaulty, " aria-invalid=\"true\"")\
      \(described)
      """
  }

  func frame(_ name: String, _ label: String, hint: String?, required: Bool = false, _ control: HTML) -> HTML {
    let id = Self.id(name)
    let note: HTML = hint.map { "<small class=\"form-hint\" id=\"\(id)-hint\">\($0)</small>" } ?? .empty
    return """
      <div class="ty-field"><label class="form-label\(if: required, " required")" for="\(id)">\(label)</label>\
      \(control)\(faultNote(name))\(note)</div>
      """
  }

  /// What is wrong, on top of the form, each line leading to its field.
  var summary: HTML {
    guard let problem else { return .empty }
    // Only a list of faults has a headline of its own; any other refusal is one sentence.
    let isList = problem.status == 422 && !problem.errors.isEmpty
    let lines = problem.errors.map { fault -> HTML in
      "<li><a href=\"#\(Self.id(fault.field))\">\(Self.sentence(fault))</a></li>"
    }
    let text = isList ? problem.title : problem.detail ?? problem.title
    return """
      <div class="ty-note error" role="alert">\(icons(.error))<div><p>\(text)</p>\
      \(if: isList, "<ul>\(lines)</ul>")</div></div>
      """
  }
}
