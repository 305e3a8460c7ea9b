import Core
import Web

/// A list inside a form: each entry a row of fields, one more to fill in, a button for more.
struct FormRows: Sendable {
  /// The list's name in the body, and the id of its element.
  let name: String
  let legend: String
  let addLabel: String
  var hint: String? = nil
  /// Rows have weights, shares and a Balance button.
  var isWeighted = false
  let icons: IconSet

  /// - Parameters:
  ///   - rows: the filled-in rows.
  ///   - blank: a row to fill in. Without scripts it is the only way to add one, so it is always there.
  func html(_ rows: [HTML], blank: HTML, faults: HTML = .empty, actions: HTML = .empty) -> HTML {
    let note: HTML = hint.map { "<small class=\"form-hint\">\($0)</small>" } ?? .empty
    return """
      <fieldset class="ty-list"><legend class="form-label">\(legend)</legend>
      <div class="ty-rows" id="\(name)"\(attribute: "data-weights", when: isWeighted)>\
      \(rows.map(row))\(row(blank))</div>\(faults)\(note)
      <template id="\(name)-template">\(row(blank))</template>
      <div class="ty-list-actions"><button class="btn btn-sm" type="button" data-add-row="\(name)">\(icons(.add))\
      \(addLabel)</button>\(actions)</div></fieldset>
      """
  }

  private func row(_ fields: HTML) -> HTML {
    """
    <div class="ty-row" data-row>\(fields)<button class="btn btn-icon ty-quiet" type="button" data-remove-row \
    aria-label="Remove this row">\(icons(.close))</button></div>
    """
  }
}

extension FormBody {
  /// The rows of a list whose fields are sent side by side; rows without a first value are left out.
  func rows(_ names: String...) -> [[String]] {
    let columns = names.map { all($0).map(\.trimmed) }
    return (columns.first ?? []).indices.compactMap { index in
      let row = columns.map { $0.indices.contains(index) ? $0[index] : "" }
      return row[0].isEmpty ? nil : row
    }
  }

  /// A text area's lines as a list.
  func lines(_ name: String) -> JSONValue {
    JSONValue((self[name] ?? "").split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty })
  }

  /// The body the API would get, of these fields only; empty inputs are null.
  func body(texts: [String] = [], numbers: [String] = [], flags: [String] = []) -> JSONObject {
    let all = json(numbers: Set(numbers), flags: Set(flags))
    var object = JSONObject()
    for name in texts + numbers + flags { if let value = all[name] { object[name] = value } }
    return object
  }
}
