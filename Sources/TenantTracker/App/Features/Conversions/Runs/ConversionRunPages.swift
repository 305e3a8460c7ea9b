import Core
import HTTPTypes
import Web

/// How a replay or a mapping of statuses is getting on.
struct ConversionRunPages: Sendable {
  let api: ConversionRunsAPI
  let layout: Layout

  static let path = "/admin/postbacks/runs"

  func register(in table: inout TrackerTable) {
    table.page("/postbacks/runs/{id}", .read(.reports), "How a replay or a mapping is getting on") {
      try await show($0)
    }
    table.page("/postbacks/runs/{id}/progress", .read(.reports), "A run's progress, a part of its page") {
      .html(part(try await api.find($0))).with(header: .cacheControl, "no-store")
    }
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let run = try await api.find(call)
    return layout.page(
      Layout.Frame(title: title(run), current: PostbackPages.path, crumbs: [("Postbacks", PostbackPages.path)]), call,
      part(run))
  }

  private func title(_ run: ConversionRun) -> String {
    switch run.task {
    case .mapping: "Mapping of a status"
    case .replay: "Replay"
    }
  }

  private func noun(_ run: ConversionRun) -> String {
    switch run.task {
    case .mapping: "conversions"
    case .replay: "hits"
    }
  }

  /// The part asks for itself again; without scripts a link does.
  private func part(_ run: ConversionRun) -> HTML {
    guard run.state == .running else { return over(run) }
    let address = "\(Self.path)/\(run.id)"
    let total = max(run.total, run.done)
    return """
      <section class="card" data-poll="\(address)/progress" aria-live="polite"><div class="card-header">\
      <h2 class="card-title">Under way</h2></div><div class="card-body">\
      <progress class="ty-bar" max="\(max(total, 1))" value="\(run.done)" aria-label="\(title(run))"></progress>\
      <p>\(Figures.count(run.done)) of \(Figures.count(total)) \(noun(run))</p>\
      <noscript><a class="btn" href="\(address)">Look again</a></noscript></div></section>
      """
  }

  private func over(_ run: ConversionRun) -> HTML {
    let rows = run.outcomes.sorted { $0.key < $1.key }.map { code, count -> HTML in
      "<div><dt>\(PostbackWords.title(code))</dt><dd>\(Figures.count(count))</dd></div>"
    }
    let problem: HTML = run.problem.map { Parts.note(.error, "<p>\($0)</p>", layout.icons) } ?? .empty
    let nothing: HTML = "<p>There was nothing to do.</p>"
    return Parts.card(
      run.state == .failed ? "Ended early" : "Done",
      """
      \(problem)<p>\(Figures.count(run.done)) \(noun(run))</p>\(rows.isEmpty ? nothing : "<dl class=\"ty-facts\">\(rows)</dl>")\
      <a class="btn btn-primary" href="\(PostbackPages.path)">Go to postbacks</a>
      """)
  }
}
