import Analytics
import Core
import Web

/// `GET /funnel` and `GET /ecommerce/funnel`.
struct FunnelAPI: Sendable {
  let store: FunnelStore
  let settings: SettingsStore
  let clock: any WallClock

  private static let landingIDs = ["campaign_id", "landing_id", "flow_id", "source_id"]
  private static let shopIDs = ["campaign_id", "source_id", "offer_id"]

  func register(in table: inout TrackerTable) {
    table.on(
      .get, "/funnel", .read(.reports), "How far visitors came on landings: steps, and how many were lost at each",
      query: FunnelQuestion.parameters(Self.landingIDs), answer: Self.schema([])
    ) { call in .json(try await landing(call)) }
    table.on(
      .get, "/ecommerce/funnel", .read(.reports), "From page view to purchase, by the pixel's events",
      query: FunnelQuestion.parameters(Self.shopIDs),
      answer: Self.schema([.required("event", .choice(PixelReport.funnel))])
    ) { call in .json(try await shop(call)) }
  }

  private func landing(_ call: TrackerCall) async throws -> JSONValue {
    let (question, window) = try await read(call, Self.landingIDs)
    return Self.json(try await store.landing(question, window, of: call.place.scope), question, window)
  }

  private func shop(_ call: TrackerCall) async throws -> JSONValue {
    let (question, window) = try await read(call, Self.shopIDs)
    return Self.json(try await store.shop(question, window, of: call.place.scope), question, window)
  }

  private func read(_ call: TrackerCall, _ ids: [String]) async throws -> (FunnelQuestion, ReportWindow) {
    let settings = try await settings.all(of: call.place.scope)
    let question = try FunnelQuestion(call, idColumns: ids, zone: settings.zone)
    return (question, try await question.window(now: clock.now(), in: call.place.scope))
  }

  private static func json(_ funnel: Funnel, _ question: FunnelQuestion, _ window: ReportWindow) -> JSONValue {
    [
      "steps": .array(funnel.json), "from": JSONValue(window.days.from), "to": JSONValue(window.days.to),
      "tz": .string(question.zone.description),
    ]
  }

  private static func schema(_ event: [Schema.Property]) -> Schema {
    .object([
      .required("steps", Funnel.schema(event)), .required("from", .date), .required("to", .date),
      .required("tz", .string),
    ])
  }
}
