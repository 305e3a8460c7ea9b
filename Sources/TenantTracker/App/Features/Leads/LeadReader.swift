import Conversions
import Core
import Database

/// What a lead is as a conversion. Hits of its channel hold a ``LeadReport/json``.
struct LeadReader: InboundReader {
  private let store = LeadStore()

  func read(_ hit: PostbackHit, of scope: TenantScope) async throws -> InboundReading {
    guard let object = try? JSONValue.parse(hit.body).objectValue, let report = LeadReport(hashed: object) else {
      return .refused(.badBody(reason: "it is no lead"))
    }
    var conversion = InboundConversion(clickIDs: [report.click])
    conversion.emailHash = report.email?.bytes
    conversion.type = .lead
    // Announced, not yet approved: the network says later what it is worth.
    conversion.status = .lead
    conversion.paysByGoalOnly = true
    conversion.actor = "lead"
    let (id, time, schema) = (hit.id, hit.receivedAt, scope.schema)
    conversion.alongside = { [store] recording, connection in
      try await store.insert(
        report, id: id, conversion: recording.conversionID, at: time, in: connection, schema: schema)
    }
    return .conversion(conversion)
  }
}

/// All SQL on leads.
struct LeadStore: Sendable {
  func insert(
    _ report: LeadReport, id: UUIDv7, conversion: ConversionID, at time: Timestamp, in executor: any SQLExecutor,
    schema: SchemaName
  ) async throws(DatabaseError) {
    try await executor.execute(
      """
      INSERT INTO \(schema).leads (id, conversion_id, click_id, at, name_hash, email_hash, phone_hash, fields)
      VALUES (\(id), \(conversion), \(report.click), \(time), \(report.name?.bytes), \(report.email?.bytes),
        \(report.phone?.bytes), \(JSONValue.object(report.fields)))
      ON CONFLICT (id) DO NOTHING
      """)
  }
}
