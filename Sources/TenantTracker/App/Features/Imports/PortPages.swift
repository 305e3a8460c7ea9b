import Core
import Web

/// Export and import: files to save, and a file to take in after a look at what it would do.
struct PortPages: Sendable {
  let exports: ExportsAPI
  let imports: ImportsAPI
  let layout: Layout

  static let path = "/admin/settings/data"

  /// Bytes of a file that goes through the preview in the page; a longer one is chosen once more.
  private static let carried = 8 << 20

  func register(in table: inout TrackerTable) {
    table.page("/settings/data", .signedIn, "Export and import") { call in
      let type = call.query("type").flatMap { PortType(rawValue: $0) }
      return try await page(FormFields(["type": JSONValue(type?.rawValue)], icons: layout.icons), call)
    }
    for type in PortType.allCases {
      table.page("/settings/data/export/\(type.rawValue)", .read(type.section), "\(type.title) as a file") {
        try await exports.file(of: type, $0)
      }
    }
    table.page("/settings/data/export/\(PortType.everything)", .read(.campaigns), "Everything in one file") {
      try await exports.fileOfAll($0)
    }
    table.action(
      "/settings/data/import", .signedIn, "Look at a file's effect, or import it",
      bodyLimit: ImportFile.sizeLimit + (1 << 20), handler: take)
  }

  /// On the list of a kind that files can hold: the way here.
  static func link(from path: String, _ icons: IconSet) -> HTML {
    guard let type = PortType(rawValue: String(path.dropFirst("/admin/".count))) else { return .empty }
    return "<a class=\"btn\" href=\"\(Self.path)?type=\(type.rawValue)\">\(icons(.download))Export / Import</a>"
  }

  /// On the settings' page.
  static func card(_ icons: IconSet) -> HTML {
    Parts.card(
      "Export / Import",
      """
      <p>Save campaigns, offers, flows, sources, networks and landing pages as CSV or JSON, and take such files in: you \
      see first what would be new, changed or refused.</p>
      <div class="ty-buttons"><a class="btn" href="\(path)#export">\(icons(.download))Export</a>\
      <a class="btn" href="\(path)#import">\(icons(.upload))Import</a></div>
      """)
  }

  private func page(_ fields: FormFields, _ call: TrackerCall) async throws -> Reply {
    let session = call.session
    var counts: [(type: PortType, count: Int64)] = []
    for type in PortType.allCases where session.allows(.read(type.section)) {
      counts.append((type, try await PortStore().count(type, of: call.place.scope)))
    }
    let view = PortView(icons: layout.icons, csrf: call.csrfField)
    let writable = PortType.allCases.filter { session.allows(.write($0.section)) }
    return layout.page(
      frame("Export / Import"), call, status: fields.problem?.status ?? 200,
      view.exports(counts, allowsAll: session.allows(.read(.campaigns))) + view.form(writable, fields))
  }

  private func frame(_ title: String) -> Layout.Frame {
    Layout.Frame(
      title: title, current: Self.path,
      crumbs: title == "Export / Import" ? [] : [("Export / Import", Self.path)])
  }

  // Import

  private func take(_ call: TrackerCall) async throws -> Reply {
    let form = call.form
    do {
      let upload = try Upload(form, call)
      let content = try content(of: upload, call)
      let match = try ImportsAPI.match(form["match"])
      guard form["apply"] != nil else {
        return preview(try await imports.runner.plan(content, match, by: call), upload, match, call)
      }
      do {
        let plan = try await imports.runner.run(content, match, "import:\(upload.type)", by: call)
        return .redirect(to: Self.path, flash: Flash(.success, Self.sentence(plan.counts)))
      } catch let problem as Problem where problem.code == "validation_failed" {
        // Somebody changed something since the preview: show what is in the way now.
        return preview(try await imports.runner.plan(content, match, by: call), upload, match, call)
      }
    } catch let problem as Problem where problem.isAboutTheForm || [413, 415].contains(problem.status) {
      let values: JSONObject = ["type": JSONValue(form["type"]), "match": JSONValue(form["match"])]
      return try await page(FormFields(values, problem: problem, icons: layout.icons), call)
    }
  }

  /// The file that a form brings, or the one it has carried along from the preview.
  private struct Upload {
    let type: String
    let name: String
    let file: ImportFile

    init(_ form: FormBody, _ call: TrackerCall) throws(Problem) {
      type = form["type"] ?? ""
      guard type == PortType.everything || PortType(rawValue: type) != nil else {
        throw .invalid("type", "choice", "must be one of those listed")
      }
      if let sent = form.file("file") {
        guard sent.bytes.count <= ImportFile.sizeLimit else { throw .tooLarge(limit: ImportFile.sizeLimit) }
        (name, file) = (String(sent.filename.prefix(200)), ImportFile(sent))
        return
      }
      guard let text = form["content"], !text.isEmpty, let bytes = [UInt8](base64url: text) else {
        throw .invalid("file", "required", "Choose the file to import.")
      }
      name = String((form["name"] ?? "").prefix(200))
      file = ImportFile(bytes: bytes, format: form["format"] == "csv" ? .csv : .json)
    }
  }

  private func content(of upload: Upload, _ call: TrackerCall) throws(Problem) -> ImportContent {
    guard let type = PortType(rawValue: upload.type) else { return try imports.contentOfAll(upload.file, by: call) }
    guard call.session.allows(.write(type.section)) else {
      throw .permissionDenied(section: type.section.rawValue, access: "write")
    }
    return try upload.file.content(of: type)
  }

  private func preview(
    _ plan: ImportPlan, _ upload: Upload, _ match: ImportPlanner.Match, _ call: TrackerCall
  ) -> Reply {
    let view = PortView(icons: layout.icons, csrf: call.csrfField)
    let carried =
      upload.file.bytes.count <= Self.carried
      ? PortView.Carried(
        name: upload.name, format: upload.file.format == .csv ? "csv" : "json", content: upload.file.bytes.base64url)
      : nil
    return layout.page(
      frame("Preview of the import"), call, status: plan.isRefused ? 422 : 200,
      view.preview(plan, of: upload.name)
        + view.apply(plan, type: upload.type, match: match, carried: carried))
  }

  private static func sentence(_ counts: ImportPlan.Counts) -> String {
    guard counts.create + counts.update > 0 else { return "Everything in the file is here already: nothing changed." }
    return "Imported: \(Figures.count(counts.create)) new, \(Figures.count(counts.update)) changed, "
      + "\(Figures.count(counts.unchanged)) as they were."
  }
}
