import Core
import Web

/// The parts of the pages for export and import.
struct PortView: Sendable {
  let icons: IconSet
  let csrf: HTML

  // Export

  func exports(_ counts: [(type: PortType, count: Int64)], allowsAll: Bool) -> HTML {
    guard !counts.isEmpty else {
      return "<div class=\"card\">"
        + Parts.empty(icons(.locked), "Nothing to export", "None of the sections with data for files is open to you.")
        + "</div>"
    }
    let rows = counts.map { entry -> HTML in
      let path = "\(PortPages.path)/export/\(entry.type.rawValue)"
      return """
        <tr><th scope="row">\(entry.type.title)</th><td class="num">\(Figures.count(entry.count))</td>\
        <td class="ty-end"><div class="ty-row-actions">\(download(path, "csv", entry.type.title))\
        \(download(path, "json", entry.type.title))</div></td></tr>
        """
    }
    let total = counts.reduce(0) { $0 + $1.count }
    let all: HTML = """
      <tr><th scope="row">All of it, in one file</th><td class="num">\(Figures.count(total))</td>\
      <td class="ty-end"><div class="ty-row-actions">\
      \(download("\(PortPages.path)/export/\(PortType.everything)", "json", "everything"))</div></td></tr>
      """
    return """
      <section class="card" id="export"><div class="card-header"><h2 class="card-title">Export</h2></div>\
      \(Parts.bareTable(["Type", .number("How many"), .actions], rows + (allowsAll ? [all] : []), caption: "Export"))\
      <div class="card-body"><p class="mb-0">JSON has the objects of the API, and the names of what they refer to, so \
      that another Trackily can take them in. Never in a file: postback keys and signature keys of networks (an import \
      makes new ones), former versions of landing pages and the files of imported ones.</p></div></section>
      """
  }

  private func download(_ path: String, _ format: String, _ title: String) -> HTML {
    """
    <a class="btn btn-sm" href="\(href: path)?format=\(format)" download>\(icons(.download))\(format.uppercased())\
    <span class="visually-hidden"> of \(title)</span></a>
    """
  }

  // Import

  func form(_ types: [PortType], _ fields: FormFields) -> HTML {
    guard !types.isEmpty else { return .empty }
    var choices = types.map { FormFields.Choice($0.rawValue, $0.title) }
    if types.contains(.campaigns) { choices.append(.init(PortType.everything, "All of it, in one JSON file")) }
    let matches: [FormFields.Choice] = [
      .init("name", "By name; campaigns by slug"), .init("id", "By id: for files of this very account"),
    ]
    return """
      <form class="card ty-form" id="import" method="post" action="\(PortPages.path)/import" \
      enctype="multipart/form-data" novalidate>\(csrf)<div class="card-header"><h2 class="card-title">Import</h2></div>\
      <div class="card-body">\(fields.summary)\(fields.select("type", "What is in the file", choices, required: true))
      \(fields.frame(
        "file", "File", hint: Self.fileHint, required: true,
        """
        <input class="form-control" type="file" accept=".json,.csv,application/json,text/csv" \
        \(fields.attributes("file", hint: Self.fileHint, required: true))>
        """))
      \(fields.select(
        "match", "What exists is found", matches, hint: "What is found is changed, everything else is added."))
      </div><div class="card-footer ty-buttons"><button class="btn btn-primary">\(icons(.upload))Preview</button>\
      <span class="text-secondary">Nothing is written yet.</span></div></form>
      """
  }

  private static let fileHint =
    "JSON or CSV as exported here, up to \(ImportFile.sizeLimit >> 20) MB and \(Figures.count(ImportFile.rowLimit)) "
    + "rows. Offers in Keitaro’s CSV are understood, too."

  // Preview

  func preview(_ plan: ImportPlan, of name: String) -> HTML {
    guard !plan.steps.isEmpty else {
      return "<div class=\"card\">"
        + Parts.empty(icons(.upload), "The file is empty", "There is nothing in it to import.") + "</div>"
    }
    let counts = plan.counts
    let figures: [(String, Int)] = [
      ("New", counts.create), ("Changed", counts.update), ("Unchanged", counts.unchanged), ("Refused", counts.refused),
    ]
    let tiles = figures.map { title, count -> HTML in
      "<div class=\"ty-figure\"><dt>\(title)</dt><dd>\(Figures.count(count))</dd></div>"
    }
    return """
      <p>What \(name.isEmpty ? "the file" : name) would do. Nothing is written yet.</p>\
      <dl class="ty-figures">\(tiles)</dl>\
      \(notes(plan))\(faults(plan))\(items(plan))
      """
  }

  private func notes(_ plan: ImportPlan) -> HTML {
    guard !plan.notes.isEmpty else { return .empty }
    let lines = plan.notes.prefix(50).map { "<li>\($0)</li>" as HTML }
    let more = plan.notes.count - lines.count
    return Parts.note(
      .info, "<ul class=\"ty-plain\">\(lines)\(if: more > 0, "<li>and \(Figures.count(more)) more</li>")</ul>", icons)
  }

  private static let rowLimit = 200

  private func faults(_ plan: ImportPlan) -> HTML {
    guard plan.isRefused else { return .empty }
    let (shown, isMixed) = (plan.faults.prefix(Self.rowLimit), plan.countsByType.count > 1)
    let rows = shown.map { entry -> HTML in
      """
      <tr><th scope="row">\(place(entry.step, isMixed: isMixed))</th><td>\(Parts.text(entry.step.title))</td>\
      <td><code>\(entry.fault.field)</code></td><td>\(FormFields.sentence(entry.fault))</td></tr>
      """
    }
    let more = plan.faultCount - shown.count
    return Parts.note(
      .error,
      """
      <p>Nothing can be imported before this is put right: an import takes all of a file or nothing.\
      \(if: more > 0, " \(Figures.count(more)) more faults are not listed.")</p>
      """, icons)
      + Parts.flushCard(
        "What is wrong",
        Parts.bareTable(["Where", "Name", "Field", "What would be right"], Array(rows), caption: "Faults")
      )
  }

  private func items(_ plan: ImportPlan) -> HTML {
    let steps = plan.steps.filter { $0.action == .create || $0.action == .update }
    guard !steps.isEmpty else { return .empty }
    let isMixed = plan.countsByType.count > 1
    let rows = steps.prefix(Self.rowLimit).map { step -> HTML in
      let fields = step.changes.map { $0.replacing("_", with: " ") }.joined(separator: ", ")
      return """
        <tr><th scope="row">\(place(step, isMixed: isMixed))</th><td>\(Parts.text(step.title))</td>\
        <td>\(Parts.badge(step.action.title, step.action == .create ? .good : .plain))</td>\
        <td>\(Parts.text(fields))</td></tr>
        """
    }
    let more = steps.count - rows.count
    let rest: HTML =
      more > 0 ? "<div class=\"card-body\"><p class=\"mb-0\">and \(Figures.count(more)) more</p></div>" : .empty
    return Parts.flushCard(
      "What is written",
      Parts.bareTable(["Where", "Name", "What happens", "Fields"], Array(rows), caption: "What is written") + rest)
  }

  private func place(_ step: ImportStep, isMixed: Bool) -> String {
    isMixed ? "\(step.type.noun.capitalizedFirst), \(step.place.words.lowercased())" : step.place.words
  }

  // Apply

  /// A file that comes along in the page.
  struct Carried: Sendable {
    let name: String
    let format: String
    let content: String
  }

  func apply(_ plan: ImportPlan, type: String, match: ImportPlanner.Match, carried: Carried?) -> HTML {
    let counts = plan.counts
    let again: HTML = "<a class=\"btn\" href=\"\(PortPages.path)?type=\(type)#import\">Choose another file</a>"
    guard !plan.isRefused, counts.create + counts.update > 0 else {
      let nothing: HTML =
        plan.isRefused || plan.steps.isEmpty
        ? .empty
        : Parts.note(.info, "<p>Everything in the file is here already: there is nothing to import.</p>", icons)
      return "\(nothing)<div class=\"ty-buttons\">\(again)</div>"
    }
    let file: HTML
    if let carried {
      file = """
        <input type="hidden" name="name" value="\(carried.name)"><input type="hidden" name="format" \
        value="\(carried.format)"><input type="hidden" name="content" value="\(carried.content)">
        """
    } else {
      file = """
        <div class="ty-field"><label class="form-label required" for="file">The same file once more</label>\
        <input class="form-control" type="file" id="file" name="file" required aria-describedby="file-hint">\
        <small class="form-hint" id="file-hint">It is too long to be kept in this page.</small></div>
        """
    }
    return """
      <form class="ty-stack" method="post" action="\(PortPages.path)/import" enctype="multipart/form-data">\(csrf)\
      <input type="hidden" name="type" value="\(type)"><input type="hidden" name="match" value="\(match.rawValue)">\
      \(file)<div class="ty-buttons"><button class="btn btn-primary" name="apply" value="true">\(icons(.check))Apply: \
      \(Figures.count(counts.create)) new, \(Figures.count(counts.update)) changed</button>\(again)</div></form>
      """
  }
}
