import Core
import HTTPTypes
import Web

/// Importing landings: three forms, and how an import is getting on.
struct LandingImportPages: Sendable {
  let api: LandingImportAPI
  let layout: Layout

  private static let path = "/admin/landings/import"

  private enum Way: String, CaseIterable {
    case url, html, zip

    var title: String {
      switch self {
      case .url: "From URL"
      case .html: "From HTML"
      case .zip: "From ZIP"
      }
    }
  }

  func register(in table: inout TrackerTable) {
    table.page("/landings/import", .read(.landings), "Import a landing page") { call in
      form(Way(rawValue: call.query("from") ?? "") ?? .url, FormFields([:], icons: layout.icons), call)
    }
    table.action(
      "/landings/import", .write(.landings), "Import a landing page", bodyLimit: LandingImportAPI.bodyLimit
    ) { try await begin($0) }
    table.page("/landings/imports/{id}", .read(.landings), "How an import is getting on") { try await show($0) }
    table.page("/landings/imports/{id}/progress", .read(.landings), "An import's progress, a part of its page") {
      .html(progress(try await api.find($0))).with(header: .cacheControl, "no-store")
    }
  }

  // The forms

  private func form(_ way: Way, _ fields: FormFields, _ call: TrackerCall, status: Int = 200) -> Reply {
    let tabs = Way.allCases.map { entry -> HTML in
      """
      <li class="nav-item"><a class="nav-link\(if: entry == way, " active")" href="\(Self.path)?from=\(entry.rawValue)"\
      \(if: entry == way, " aria-current=\"page\"")>\(entry.title)</a></li>
      """
    }
    let isOpen = call.session.allows(.write(.landings))
    return layout.page(
      Layout.Frame(
        title: "Import a landing page", current: "/admin/landings", crumbs: [("Landing Pages", "/admin/landings")]),
      call, status: status,
      """
      <nav aria-label="Ways to import"><ul class="nav nav-tabs mb-3">\(tabs)</ul></nav>
      <form class="card ty-form" method="post" action="\(Self.path)" enctype="multipart/form-data" novalidate>\
      \(call.csrfField)<input type="hidden" name="from" value="\(way.rawValue)"><div class="card-body">\(fields.summary)\
      <fieldset\(attribute: "disabled", when: !isOpen)>\(content(way, fields))\(fields.input(
        "name", "Name", hint: "The page's own title if empty."))</fieldset></div>\
      <div class="card-footer ty-buttons"><button class="btn btn-primary"\(attribute: "disabled", when: !isOpen)>Import\
      </button><a class="btn" href="/admin/landings">Cancel</a></div></form>
      """)
  }

  private func content(_ way: Way, _ fields: FormFields) -> HTML {
    let limits = api.importer.limits
    switch way {
    case .url:
      return fields.input(
        "url", "Address of the page", .url, required: true,
        hint: "The page is fetched with its style sheets, scripts, pictures and fonts: up to \(limits.files) files of "
          + "\(limits.fileBytes >> 20) MB, \(limits.totalBytes >> 20) MB in all.",
        placeholder: "https://example.com/lander")
    case .html:
      return fields.area(
        "html", "HTML", rows: 18, hint: "Addresses in it stay as they are.", isCode: true,
        placeholder: "<!doctype html>...")
    case .zip:
      return fields.frame(
        "file", "ZIP archive",
        hint: "With an index.html, and the files it names beside it. \(limits.totalBytes >> 20) MB unpacked.",
        required: true,
        """
        <input class="form-control" type="file" accept=".zip,application/zip" \
        \(fields.attributes("file", hint: "zip", required: true))>
        """)
    }
  }

  private func begin(_ call: TrackerCall) async throws -> Reply {
    let way = Way(rawValue: call.form["from"] ?? "") ?? .url
    do {
      let (request, name) = try api.read(call.form)
      switch request {
      case .html(let html):
        let landing = try await api.add(html, named: name, by: call)
        return .redirect(
          to: "/admin/landings/\(landing.id)", flash: Flash(.success, "\(landing.title) was imported."))
      case .source(let source):
        let entry = try await api.importer.begin(source, name: name, by: call)
        return .redirect(to: "/admin/landings/imports/\(entry.id)")
      }
    } catch let problem as Problem where problem.isAboutTheForm {
      let values = call.form.body(texts: ["url", "name"])
      var shown = values
      shown["html"] = JSONValue(call.form["html"])
      return form(way, FormFields(shown, problem: problem, icons: layout.icons), call, status: problem.status)
    }
  }

  // Progress

  private func show(_ call: TrackerCall) async throws -> Reply {
    let entry = try await api.find(call)
    if entry.state == .done, entry.notes.isEmpty, let id = entry.landingID {
      return .redirect(to: "/admin/landings/\(id)", flash: Flash(.success, "The page was imported."))
    }
    return layout.page(
      Layout.Frame(title: "Import", current: "/admin/landings", crumbs: [("Landing Pages", "/admin/landings")]), call,
      progress(entry))
  }

  private func progress(_ entry: LandingImport) -> HTML {
    switch entry.state {
    case .running: running(entry)
    case .done:
      Parts.card(
        "Imported",
        """
        <p>\(entry.source)</p>
        \(Parts.note(.warning, "<p>These could not be taken along:</p><ul>\(entry.notes.map(line))</ul>", layout.icons))
        <a class="btn btn-primary" href="/admin/landings/\(entry.landingID ?? 0)">Open the landing page</a>
        """)
    case .failed:
      Parts.card(
        "Not imported",
        """
        <p>\(entry.source)</p>
        \(Parts.note(.error, "<p>\(entry.problem ?? "Something went wrong.")</p>", layout.icons))
        <a class="btn btn-primary" href="\(Self.path)">Try again</a>
        """)
    }
  }

  private func line(_ note: String) -> HTML { "<li>\(note)</li>" }

  /// The part asks for itself again; without scripts a link does.
  private func running(_ entry: LandingImport) -> HTML {
    let address = "/admin/landings/imports/\(entry.id)"
    let label =
      entry.filesTotal > 0
      ? "\(entry.filesDone) of \(entry.filesTotal) files" : "The page is being fetched"
    let bar: HTML =
      entry.filesTotal > 0
      ? "<progress class=\"ty-bar\" max=\"\(entry.filesTotal)\" value=\"\(entry.filesDone)\" aria-label=\"Import\"></progress>"
      : "<progress class=\"ty-bar\" aria-label=\"Import\"></progress>"
    return """
      <section class="card" data-poll="\(address)/progress" aria-live="polite"><div class="card-header">\
      <h2 class="card-title">Importing</h2></div><div class="card-body"><p>\(entry.source)</p>\(bar)<p>\(label)</p>\
      <noscript><a class="btn" href="\(address)">Look again</a></noscript></div></section>
      """
  }
}
