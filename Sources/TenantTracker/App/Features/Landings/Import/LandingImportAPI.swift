import Core
import HTTPTypes
import Web

/// `POST /landings/import`: a page from an address, from HTML or from a ZIP archive.
struct LandingImportAPI: Sendable {
  let landings: ResourceAPI<LandingStore>
  let importer: LandingImporter

  /// An answer waits this long for the import; after that it tells where to look.
  private static let patience = Duration.seconds(10)
  /// An archive as large as what may be in it, and the form around it.
  static let bodyLimit = 27 << 20

  /// What is to be imported.
  enum Request: Sendable {
    case html(String)
    case source(LandingImporter.Source)
  }

  func register(in table: inout TrackerTable) {
    table.define("LandingImport", LandingImport.schema)
    table.on(
      .post, "/landings/import", .write(.landings),
      "Import a landing: JSON {url} or {html}, each with an optional name; a form with a ZIP archive as file; or the "
        + "archive itself. 201 with the landing, or 202 with the import while it is under way",
      query: [QueryParameter("name", .string, "Of the landing, where the body is an archive.")], body: .raw,
      answer: .ref("Landing"), status: 201, creates: true, bodyLimit: Self.bodyLimit, handler: begin)
    table.on(
      .get, "/landings/imports/{id}", .read(.landings), "How an import is getting on", answer: .ref("LandingImport")
    ) { .json(try await find($0).json) }
  }

  func find(_ call: TrackerCall) async throws -> LandingImport {
    guard let entry = try await importer.store.find(call.uuid(), of: call.place.scope) else {
      throw Problem.notFound("import")
    }
    return entry
  }

  private func begin(_ call: TrackerCall) async throws -> Reply {
    let (request, name) = try read(call)
    switch request {
    case .html(let html):
      let landing = try await add(html, named: name, by: call)
      return .created(landing.json, location: "/admin/api/landings/\(landing.id)")
    case .source(let source):
      let entry = try await importer.begin(source, name: name, by: call)
      let ended = try await wait(for: entry, of: call)
      switch ended.state {
      case .running:
        return Reply.json(ended.json, status: 202).with(header: .location, "/admin/api/landings/imports/\(ended.id)")
      case .failed: throw Self.problem(of: ended, source)
      case .done:
        let landing = try await landings.find(ended.landingID ?? 0, call.place.scope)
        var object = landing.json.objectValue ?? [:]
        object["import"] = ended.json
        return .created(.object(object), location: "/admin/api/landings/\(landing.id)")
      }
    }
  }

  /// Adds pasted HTML.
  func add(_ html: String, named name: String?, by call: TrackerCall) async throws -> Landing {
    let page = ImportedPage(html: Array(html.utf8))
    do {
      let id = try await importer.add(
        page, named: name, else: PageText.title(page.html) ?? "Imported page", by: call)
      return try await landings.find(id, call.place.scope)
    } catch let failure as ImportFailure {
      throw Problem.invalid("html", "too_long", failure.description)
    }
  }

  private func wait(for entry: LandingImport, of call: TrackerCall) async throws -> LandingImport {
    let end = ContinuousClock.now + Self.patience
    while true {
      let now = try await importer.store.find(entry.id, of: call.place.scope) ?? entry
      guard now.state == .running, .now < end else { return now }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  static func problem(of entry: LandingImport, _ source: LandingImporter.Source) -> Problem {
    let message = entry.problem ?? "could not be imported"
    switch source {
    case .url: return .invalid("url", "import_failed", message)
    case .archive: return .invalid("file", "import_failed", message)
    }
  }

  // Reading requests

  private func read(_ call: TrackerCall) throws(Problem) -> (Request, name: String?) {
    let type = call.head.header("Content-Type") ?? ""
    switch type.prefix(while: { $0 != ";" }).trimmed.lowercased() {
    case "application/json": return try read(json: call.bytes)
    case "multipart/form-data", "application/x-www-form-urlencoded":
      return try read(try FormBody(call.bytes, type: ContentType(type)))
    case "application/zip", "application/x-zip-compressed", "application/octet-stream":
      let name = try Self.checked(name: call.query("name"))
      return (.source(.archive(call.bytes, filename: "archive.zip")), name)
    default: throw .unsupportedMediaType("application/json, multipart/form-data or application/zip")
    }
  }

  private func read(json bytes: [UInt8]) throws(Problem) -> (Request, name: String?) {
    let document: JSONValue
    do { document = try JSONValue.parse(bytes) } catch {
      throw .badRequest("The body is no JSON.", code: "malformed_json")
    }
    var fields = try FieldReader(document)
    let name = fields.optionalString("name", length: 1...200) ?? nil
    let url = fields.optionalURL("url") ?? nil
    let html = fields.optionalString("html", length: 0...Landing.htmlLimit, trim: false) ?? nil
    if (url == nil) == (html == nil) { fields.fault("url", "choice", "or html is required, one of them") }
    try fields.finish()
    if let url { return (.source(.url(url)), name) }
    return (.html(html ?? ""), name)
  }

  /// A form: of the page, or of a client that uploads an archive.
  func read(_ form: FormBody) throws(Problem) -> (Request, name: String?) {
    let name = try Self.checked(name: form["name"])
    if let file = form.file("file") {
      return (.source(.archive(file.bytes, filename: file.filename.isEmpty ? "archive.zip" : file.filename)), name)
    }
    if let url = form["url"]?.trimmed, !url.isEmpty {
      guard WebURL.isAbsolute(url) else {
        throw .invalid("url", "invalid", "must be an absolute http or https address")
      }
      return (.source(.url(url)), name)
    }
    guard let html = form["html"], !html.trimmed.isEmpty else {
      let field = form["from"] == "zip" ? "file" : form["from"] == "html" ? "html" : "url"
      throw .invalid(field, "required", "is required")
    }
    return (.html(html), name)
  }

  private static func checked(name: String?) throws(Problem) -> String? {
    guard let name = name?.trimmed, !name.isEmpty else { return nil }
    guard name.count <= 200 else { throw .invalid("name", "too_long", "must be at most 200 characters") }
    return name
  }
}
