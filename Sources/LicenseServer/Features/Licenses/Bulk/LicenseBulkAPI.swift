import Core
import Web

/// `/api/licenses/bulk`
struct LicenseBulkAPI: Sendable {
  let licenses: LicenseRegister
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.on(
      .post, "/licenses/bulk", .write(.licences), "Does something with many licences; each has its own outcome",
      body: .json(Self.request), answer: Self.outcomes
    ) { call in
      var fields = try call.fields()
      let ids = Self.ids(from: &fields)
      let act = LicenseBulkAct.read(from: &fields)
      try fields.finish()
      guard let act else { throw Problem.internalError() }
      let outcomes = await licenses.act(act, on: ids, by: call.actor)
      let now = clock.now()
      return .json([
        "done": .int(outcomes.count { $0.isDone }), "failed": .int(outcomes.count { !$0.isDone }),
        "results": .array(outcomes.map { $0.json(at: now) }),
      ])
    }
  }

  /// Each once, in the order given.
  private static func ids(from fields: inout FieldReader) -> [Int64] {
    let values = fields.array("ids", max: LicenseBulkAct.limit) ?? []
    var ids: [Int64] = []
    for value in values {
      guard let id = value.intValue, id > 0 else {
        fields.fault("ids", "type", "must be licences' ids")
        return []
      }
      if !ids.contains(id) { ids.append(id) }
    }
    if ids.isEmpty, values.isEmpty, fields.has("ids") { fields.fault("ids", "required", "names no licence") }
    return ids
  }

  private static let request = Schema.object([
    .required("ids", .array(.integer).described("At most 500.")),
    .required("action", .choice(LicenseBulkAct.names)),
    .optional("days", .integer.described("Of extend: 1 to 3650.")),
    .optional("tag", .string.described("Of tag and untag.")),
  ])

  private static let outcomes = Schema.object([
    .required("done", .integer), .required("failed", .integer),
    .required(
      "results",
      .array(
        .object([
          .required("id", .integer), .required("done", .boolean), .required("license", Schema.ref("license").nullable),
          .required("problem", Schema.map(.any).nullable),
        ]))),
  ])
}
