import Core
import Web

// Several of a list at once: archived together, and back again.

extension ResourcePages {
  static var bulkForm: String { "bulk" }

  /// Of one request; of so many that the way back fits into a cookie.
  private var longestSelection: Int { 100 }

  /// A feature's row, with a box before its first cell.
  func selectable(_ row: HTML, _ item: Item) -> HTML {
    guard let end = row.text.firstIndex(of: ">") else { return row }
    let box: HTML = """
      <td class="ty-check"><input class="form-check-input" type="checkbox" name="ids" value="\(item.id)" \
      form="\(Self.bulkForm)" data-select aria-label="Select \(item.title)"></td>
      """
    return HTML(unescaped: "\(row.text[...end])\(box.text)\(row.text[end...].dropFirst())")
  }

  /// Shown once something is selected; without scripts always.
  func archiveBar(_ call: TrackerCall) -> HTML {
    """
    <form class="ty-bulk ty-bulk-quiet" id="\(Self.bulkForm)" method="post" action="\(href: path)/archive" data-bulk>\
    \(call.csrfField)<div class="ty-bulk-choice"><span class="ty-scripted" data-selected role="status"></span></div>\
    <button class="btn" data-bulk-button>\(layout.icons(.archive))Archive what is selected</button></form>
    """
  }

  func archiveSelected(_ call: TrackerCall) async throws -> Reply {
    let ids = Self.ids(call.form.all("ids"))
    guard (1...longestSelection).contains(ids.count) else {
      return .redirect(to: path, flash: Flash(.info, "Select 1 to \(longestSelection) \(words.plural.lowercased())."))
    }
    var (done, refusals): ([Int64], [String]) = ([], [])
    for id in ids {
      do {
        try await api.delete(id, by: call)
        done.append(id)
      } catch let problem as Problem where problem.isAboutTheForm || problem.status == 404 {
        refusals.append(problem.detail ?? problem.title)
      }
    }
    let list = done.map(String.init).joined(separator: ",")
    let undo = done.isEmpty ? nil : PageAddress("\(path)/restore", [("ids", list)]).description
    return .redirect(
      to: path,
      flash: Flash(
        refusals.isEmpty ? .success : .warning, report("archived", done.count, refusals), undo: undo))
  }

  func restoreSelected(_ call: TrackerCall) async throws -> Reply {
    let ids = Self.ids((call.query("ids") ?? "").split(separator: ",").map(String.init))
    guard (1...longestSelection).contains(ids.count) else { throw Problem.notFound(words.noun) }
    var (done, refusals): (Int, [String]) = (0, [])
    for id in ids {
      do {
        _ = try await api.restore(id, by: call)
        done += 1
      } catch let problem as Problem where problem.isAboutTheForm || problem.status == 404 {
        refusals.append(problem.detail ?? problem.title)
      }
    }
    return .redirect(
      to: path, flash: Flash(refusals.isEmpty ? .success : .warning, report("restored", done, refusals)))
  }

  private static func ids(_ texts: [String]) -> [Int64] { Set(texts.compactMap { Int64($0) }).sorted() }

  private func report(_ verb: String, _ count: Int, _ refusals: [String]) -> String {
    let what = "\(count) \(count == 1 ? words.noun : words.plural.lowercased())"
    let sentence = "\(what) \(count == 1 ? "was" : "were") \(verb)."
    guard let first = refusals.first else { return sentence }
    return "\(sentence) \(refusals.count) \(refusals.count == 1 ? "was" : "were") not: \(first)"
  }
}
