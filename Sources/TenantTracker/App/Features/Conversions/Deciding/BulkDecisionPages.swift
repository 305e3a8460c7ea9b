import Conversions
import Core
import Web

/// What forms about many conversions post to, and how that is getting on.
struct BulkDecisionPages: Sendable {
  let api: DecisionsAPI
  let settings: SettingsStore
  let layout: Layout

  private static let path = "/admin/conversions/changes"
  /// Refusals that are shown one by one.
  private static let shownRefusals = 200

  func register(in table: inout TrackerTable) {
    table.action("/conversions/status", .write(.reports), "Change the status of many conversions") { call in
      try await answer(call, else: ConversionPages.path) {
        let fields = try FieldReader(.object(call.form.body(texts: ["status", "note"])))
        let (decision, note) = try api.readStatus(fields, by: call)
        return (decision, note, try await Selection.ids(call.form, by: call, api))
      }
    }
    table.action("/conversions/reviews", .write(.reports), "Approve or reject many conversions") { call in
      try await answer(call, else: ReviewPages.path) {
        let decision: ConversionDecision = call.form["decision"] == "reject" ? .reject : .approve
        let fields = try FieldReader(.object(call.form.body(texts: ["reason"])))
        let reason = try DecisionsAPI.readReason(fields, of: decision)
        return (decision, reason, try await Selection.ids(call.form, by: call, api, review: .pending))
      }
    }
    table.page("/conversions/changes/{id}", .read(.reports), "A change of many conversions") { call in
      let entry = try await api.find(call)
      return layout.page(
        Layout.Frame(
          title: "Change of \(Figures.count(entry.total)) conversions", current: ConversionPages.path,
          crumbs: [("Conversions", ConversionPages.path)]), call, try await content(entry, call))
    }
    table.page("/conversions/changes/{id}/progress", .read(.reports), "How a change of many conversions gets on") {
      .html(try await content(api.find($0), $0))
    }
  }

  private typealias Request = (decision: ConversionDecision, note: String?, ids: [ConversionID])

  /// What is wrong is said where the form was.
  private func answer(
    _ call: TrackerCall, else path: String, _ read: () async throws -> Request
  ) async throws -> Reply {
    let origin = Selection.origin(call.form, else: path)
    do {
      let request = try await read()
      let entry = try await api.decider.begin(request.decision, on: request.ids, note: request.note, by: call)
      guard entry.state == .done, entry.results.refused.isEmpty else {
        return .redirect(to: "\(Self.path)/\(entry.id)")
      }
      return .redirect(to: origin, flash: Flash(.success, "\(Self.summary(entry.results))."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let message = problem.errors.first.map { FormFields.sentence($0) } ?? problem.detail ?? problem.title
      return .redirect(to: origin, flash: Flash(.error, message))
    }
  }

  /// `12 changed, 1 stood there already`
  private static func summary(_ results: BulkDecision.Results) -> String {
    let parts = [
      (results.applied.count, "changed"), (results.unchanged.count, "stood there already"),
      (results.refused.count, "could not be changed"),
    ].filter { $0.0 > 0 }.map { "\(Figures.count($0.0)) \($0.1)" }
    return parts.isEmpty ? "Nothing changed" : parts.joined(separator: ", ")
  }

  private func content(_ entry: BulkDecision, _ call: TrackerCall) async throws -> HTML {
    let times = LocalTimes(try await settings.all(of: call.place.scope))
    let facts = Parts.facts([
      ("To", .escaped(entry.decision.replacing("_", with: " ").capitalizedFirst)), ("Note", Parts.text(entry.note)),
      ("By", .escaped(entry.madeBy)), ("When", times(entry.createdAt)),
    ])
    switch entry.state {
    case .running: return running(entry, facts)
    case .done, .failed:
      let problem: HTML =
        entry.results.problem.map { Parts.note(.error, "<p>\($0)</p>", layout.icons) } ?? .empty
      return Parts.card(
        "\(Self.summary(entry.results))",
        "\(problem)\(facts)<a class=\"btn btn-primary\" href=\"\(ConversionPages.path)\">Go to conversions</a>")
        + refusals(entry.results)
    }
  }

  private func refusals(_ results: BulkDecision.Results) -> HTML {
    guard !results.refused.isEmpty else { return .empty }
    let rows = results.refused.prefix(Self.shownRefusals).map { refusal -> HTML in
      """
      <tr><th scope="row"><a href="\(ConversionPages.path)/\(refusal.id)"><code>\(refusal.id)</code></a></th>\
      <td>\(refusal.reason)</td></tr>
      """
    }
    return Parts.flushCard(
      "Not changed", Parts.bareTable(["Conversion", "Why"], rows, caption: "Conversions that were not changed"))
  }

  /// The part asks for itself again; without scripts a link does.
  private func running(_ entry: BulkDecision, _ facts: HTML) -> HTML {
    let address = "\(Self.path)/\(entry.id)"
    return """
      <section class="card" data-poll="\(address)/progress" aria-live="polite"><div class="card-header">\
      <h2 class="card-title">Under way</h2></div><div class="card-body">\(facts)<progress class="ty-bar" \
      max="\(entry.total)" value="\(entry.done)" aria-label="Conversions done"></progress>\
      <p>\(Figures.count(entry.done)) of \(Figures.count(entry.total))</p>\
      <noscript><a class="btn" href="\(address)">Look again</a></noscript></div></section>
      """
  }
}
