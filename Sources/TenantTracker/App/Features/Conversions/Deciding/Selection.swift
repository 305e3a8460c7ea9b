import Conversions
import Core
import Web

/// The rows of a list that somebody has chosen, and what can be done with them. Works without scripts; with them it
/// counts and chooses a whole page at once.
struct Selection: Sendable {
  /// The form's id; the boxes in the rows name it.
  static let form = "bulk"

  /// The box at the beginning of a row.
  static func box(_ id: ConversionID, label: String) -> HTML {
    """
    <td class="ty-check"><input class="form-check-input" type="checkbox" name="ids" value="\(id)" form="\(form)" \
    data-select aria-label="Select \(label)"></td>
    """
  }

  /// - Parameters:
  ///   - filters: what the list shows, for "all that fit".
  ///   - more: whether the list goes on after this page.
  static func bar(
    action: String, filters: LogFilters, returnTo: String, more: Bool, _ controls: HTML, _ call: TrackerCall
  ) -> HTML {
    let kept = filters.chosen.map { field, value -> HTML in
      "<input type=\"hidden\" name=\"filter.\(field.name)\" value=\"\(value)\">"
    }
    let all: HTML = """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="all" value="true">\
      <span class="form-check-label">All that \(filters.areSet ? "fit the filters" : "there are")</span></label>
      """
    return """
      <form class="ty-bulk" id="\(form)" method="post" action="\(action)" data-bulk>\(call.csrfField)\(kept)\
      <input type="hidden" name="return_to" value="\(returnTo)"><div class="ty-bulk-choice">\
      <label class="form-check ty-scripted"><input class="form-check-input" type="checkbox" data-select-all>\
      <span class="form-check-label">This page</span></label>\(if: more, all)\
      <span class="ty-sub ty-scripted" data-selected role="status">None selected</span></div>\(controls)</form>
      """
  }

  /// The chosen ones: by their boxes, or all that the list shows.
  static func ids(
    _ form: FormBody, by call: TrackerCall, _ api: DecisionsAPI, review: ReviewState? = nil
  ) async throws -> [ConversionID] {
    if form["all"] != nil {
      let query = form.fields.compactMap { name, value -> (name: String, value: String)? in
        name.hasPrefix("filter.") ? (String(name.dropFirst("filter.".count)), value) : nil
      }
      return try await api.ids(query, by: call, review: review)
    }
    guard !form.all("ids").isEmpty else { throw Problem.invalid("ids", "required", "Select a conversion first.") }
    var fields = try FieldReader(["ids": JSONValue(form.all("ids"))])
    let ids = try await api.readIDs(&fields, by: call, review: review)
    try fields.finish()
    return ids
  }

  /// Where the form came from, else the list itself.
  static func origin(_ form: FormBody, else path: String) -> String {
    guard let origin = ReturnPath(form["return_to"])?.description, origin.hasPrefix("/admin/conversions") else {
      return path
    }
    return origin
  }
}
