import Core
import Web

/// The inbox of status words that nobody has mapped.
struct UnmappedStatusPages: Sendable {
  let api: UnmappedStatusesAPI
  let settings: SettingsStore
  let layout: Layout

  init(api: UnmappedStatusesAPI, settings: SettingsStore, layout: Layout) {
    self.api = api
    self.settings = settings
    self.layout = layout
  }

  static let path = "/admin/networks/unmapped-statuses"

  func register(in table: inout TrackerTable) {
    table.page("/networks/unmapped-statuses", .read(.networks), "Status words that nobody has mapped") {
      try await list($0)
    }
    table.action("/networks/{id}/statuses", .write(.networks), "Map a status word") { try await map($0) }
  }

  private func list(_ call: TrackerCall, _ problem: Problem? = nil) async throws -> Reply {
    let scope = call.place.scope
    let words = try await api.store.list(of: scope)
    let times = LocalTimes(try await settings.all(of: scope))
    return layout.page(
      Layout.Frame(title: "Status Inbox", current: Self.path), call, status: problem?.status ?? 200,
      """
      \(FormFields([:], problem: problem, icons: layout.icons).summary)
      \(if: !words.isEmpty, hint)
      \(Parts.table(
        [
          "Network's word", "Network", .number("Postbacks"), .number("Conversions"), "First seen", "Last seen", "Meaning",
        ], words.map { row($0, times, call) }, caption: "Status words that are not mapped, newest first", empty: empty))
      """)
  }

  private let hint: HTML = """
    <p class="text-secondary">Conversions with one of these words are on hold until you say what it means; then they move \
    with the payout they came with.</p>
    """

  private var empty: HTML {
    Parts.empty(
      layout.icons(.check), "Every status is understood",
      "A network's status word that nobody has mapped yet appears here, and its conversions wait.",
      "<a class=\"btn\" href=\"/admin/networks\">Go to affiliate networks</a>")
  }

  private func row(_ word: UnmappedStatus, _ times: LocalTimes, _ call: TrackerCall) -> HTML {
    let network: HTML =
      word.networkID.map { "<a href=\"/admin/networks/\($0)\">\(word.network ?? "#\($0)")</a>" } ?? Parts.dash
    let sample: HTML = word.sampleID.map { " <a href=\"\(PostbackPages.path)/\($0)\">Show one</a>" } ?? .empty
    return """
      <tr><th scope="row"><code>\(word.spelling)</code></th><td>\(network)</td>\
      <td class="num">\(Figures.count(word.hits))\(sample)</td><td class="num">\(Figures.count(word.conversions))</td>\
      <td>\(times(word.firstSeen))</td><td>\(times(word.lastSeen))</td><td>\(meaning(word, call))</td></tr>
      """
  }

  private func meaning(_ word: UnmappedStatus, _ call: TrackerCall) -> HTML {
    guard let network = word.networkID else { return "Give the offer a network first" }
    guard call.session.allows(.write(.networks)) else { return "Not mapped" }
    let choices = Network.statuses.map { FormFields.Choice($0, $0.replacing("_", with: " ").capitalizedFirst) }
    return """
      <form class="d-flex gap-2" method="post" action="/admin/networks/\(network)/statuses">\(call.csrfField)\
      <input type="hidden" name="word" value="\(word.spelling)">\
      <select class="form-select" name="status" aria-label="What \(word.spelling) means" required>\
      \(FormFields.options(choices, current: "", none: "Choose"))</select><button class="btn">Map</button></form>
      """
  }

  private func map(_ call: TrackerCall) async throws -> Reply {
    do {
      let run = try await api.map(FieldReader(.object(call.form.body(texts: ["word", "status"]))), by: call)
      guard run.state == .done else { return .redirect(to: "\(ConversionRunPages.path)/\(run.id)") }
      let moved = run.outcomes["updated"] ?? 0
      let conversions = moved == 1 ? "1 conversion moved" : "\(Figures.count(moved)) conversions moved"
      return .redirect(to: Self.path, flash: Flash(.success, "The status was mapped; \(conversions)."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return try await list(call, problem)
    }
  }
}
