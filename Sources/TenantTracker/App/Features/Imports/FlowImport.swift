import Core
import Database

/// Reads and writes flows just as the API does.
struct FlowImport: Sendable {
  let store: FlowStore

  /// - Parameters:
  ///   - id: of the flow that the entry changes; nil for a new one.
  ///   - campaignID: whose flow it is; a provisional one of a campaign that is to be made.
  func step(
    _ entry: ResolvedEntry, changing id: Int64?, campaign campaignID: Int64, _ setting: ImportSetting
  ) async throws -> ImportStep {
    var step = ImportStep(entry)
    var before: Flow?
    if let id { before = try await store.find(id, of: setting.scope) }
    if let before, before.campaignID != campaignID {
      step.faults.append(
        .init(field: "campaign", code: "choice", message: "is not the flow's campaign: a flow can't move to another"))
    }
    do {
      let draft = try Self.read(entry.object, current: before?.draft)
      guard step.faults.isEmpty else { return step }
      if let before { change(&step, before, draft, entry, setting) } else { create(&step, entry, campaignID, setting) }
    } catch {
      guard let problem = error as? Problem else { throw error }
      step.faults += problem.errors
    }
    return step
  }

  private static func read(_ object: JSONObject, current: Flow.Draft?) throws -> Flow.Draft {
    var object = object
    object["campaign_id"] = nil
    var fields = try FieldReader(.object(object))
    let draft = try Flow.read(&fields, current: current)
    try fields.finish()
    guard let draft else { throw Problem.internalError() }
    return draft
  }

  private func create(
    _ step: inout ImportStep, _ entry: ResolvedEntry, _ campaignID: Int64, _ setting: ImportSetting
  ) {
    step.action = .create
    step.write = { [store] writing, connection in
      let body = PortFormat.flows.redirected(entry.object, writing.ids)
      let draft = try Self.read(body, current: nil)
      let id = try await store.insert(
        draft, campaign: writing.ids(campaignID), at: writing.now, of: setting.scope, in: connection)
      return (id, writing.entry("flow.create", "flow:\(id)", after: .object(body)))
    }
  }

  private func change(
    _ step: inout ImportStep, _ before: Flow, _ draft: Flow.Draft, _ entry: ResolvedEntry, _ setting: ImportSetting
  ) {
    var after = before
    after.draft = draft
    step.id = before.id
    step.changes = JSONDifference.fields(before.json, after.json)
    step.action = step.changes.isEmpty ? .unchanged : .update
    guard step.action == .update else { return }
    step.write = { [store] writing, connection in
      let body = PortFormat.flows.redirected(entry.object, writing.ids)
      let draft = try Self.read(body, current: before.draft)
      try await store.update(before.id, draft, at: writing.now, of: setting.scope, in: connection)
      let subject = "flow:\(before.id)"
      return (before.id, writing.entry("flow.update", subject, before: before.json, after: .object(body)))
    }
  }
}
