import Conversions
import Core
import Web

extension NetworkPages {
  /// The network's words and what they mean: those that are mapped, those that came and are not, one more to fill in.
  func statusMap(_ fields: FormFields, _ call: TrackerCall) async throws -> HTML {
    let entries = fields.values["status_map"]?.objectValue?.members ?? []
    let mapped = entries.map { statusRow($0.key, FormFields.text(of: $0.value)) }
    let known = Set(entries.map { StatusMap.key($0.key) })
    let waiting = try await unmapped(fields, call).filter { !known.contains($0.word) }
    let rows = mapped + waiting.map { statusRow($0.spelling, "", none: "Not mapped yet") }
    let faults = entries.map { fields.faultNote("status_map.\($0.key)") }.joined()
    return FormRows(
      name: "status_map", legend: "Status words", addLabel: "Add status",
      hint: "The network's own word and what it means, in any case. Conversions that came with a word that was not "
        + "mapped move as soon as it is.",
      icons: layout.icons
    ).html(rows, blank: statusRow("", "sale"), faults: faults) + commonWords
  }

  private func unmapped(_ fields: FormFields, _ call: TrackerCall) async throws -> [UnmappedStatus] {
    guard let id = fields.values["id"]?.intValue else { return [] }
    return try await UnmappedStatusStore().list(ofNetwork: id, limit: 50, of: call.place.scope)
  }

  private func statusRow(_ word: String, _ status: String, none: String? = nil) -> HTML {
    let choices = Network.statuses.map { FormFields.Choice($0, $0.replacing("_", with: " ").capitalizedFirst) }
    return """
      <div><input class="form-control" name="status_word" value="\(word)" placeholder="approved" maxlength="255" \
      aria-label="The network's word" autocomplete="off"></div>\
      <div><select class="form-select" name="status_meaning" aria-label="What it means">\
      \(FormFields.options(choices, current: status, none: none))</select></div>
      """
  }

  /// What needs no entry.
  private var commonWords: HTML {
    let lines = ConversionStatus.allCases.map { status -> HTML in
      let words = StatusMap.commonWords[status] ?? []
      return "<div><dt>\(status.rawValue.capitalizedFirst)</dt><dd>\(words.joined(separator: ", "))</dd></div>"
    }
    return """
      <details class="ty-details"><summary>Words that need no entry</summary><dl class="ty-facts">\(lines)</dl></details>
      """
  }
}
