import Core
import Database

/// All SQL on how far an account is with its first campaign.
struct FirstStepsStore: Sendable {
  /// Looks whether there is one of each; counts nothing.
  func progress(of scope: TenantScope) async throws(DatabaseError) -> FirstStepsProgress {
    let schema = scope.schema
    let row = try await scope.one(
      """
      SELECT
        EXISTS (SELECT 1 FROM \(schema).sources WHERE archived_at IS NULL) AS source,
        EXISTS (SELECT 1 FROM \(schema).networks WHERE archived_at IS NULL) AS network,
        EXISTS (SELECT 1 FROM \(schema).offers WHERE archived_at IS NULL) AS offer,
        EXISTS (SELECT 1 FROM \(schema).landings WHERE archived_at IS NULL) AS landing,
        EXISTS (SELECT 1 FROM \(schema).flows f JOIN \(schema).campaigns c ON c.id = f.campaign_id
          WHERE f.active AND c.archived_at IS NULL) AS flow,
        EXISTS (SELECT 1 FROM \(schema).campaigns c WHERE c.archived_at IS NULL AND c.offer_id IS NOT NULL) AS direct,
        EXISTS (SELECT 1 FROM \(schema).postback_log) AS postback,
        EXISTS (SELECT 1 FROM \(schema).clicks) AS click,
        EXISTS (SELECT 1 FROM \(schema).conversions) AS conversion
      """)
    var progress = FirstStepsProgress(campaign: try await campaign(of: scope))
    for step in [FirstStep.source, .network, .offer, .landing, .flow, .postback, .click, .conversion] {
      if try row.get(step.rawValue) { progress.done.insert(step) }
    }
    if progress.campaign != nil { progress.done.insert(.campaign) }
    // A link is worth having as soon as it leads somewhere.
    if try row.get("direct", as: Bool.self) || progress.done.contains(.flow) { progress.done.insert(.link) }
    // The log of postbacks is not kept for ever.
    if progress.done.contains(.conversion) { progress.done.insert(.postback) }
    return progress
  }

  private func campaign(of scope: TenantScope) async throws(DatabaseError) -> FirstStepsProgress.Start? {
    let row = try await scope.first(
      """
      SELECT id, slug, source_id FROM \(scope.schema).campaigns WHERE archived_at IS NULL ORDER BY id LIMIT 1
      """)
    guard let row else { return nil }
    return FirstStepsProgress.Start(
      id: try row.get("id"), slug: try row.get("slug"), sourceID: try row.get("source_id"))
  }
}
