import Core
import Licensing
import Web

/// `/api/licenses/{id}/offline-lease`
struct OfflineActivationAPI: Sendable {
  let desk: OfflineActivationDesk

  func register(in table: inout StaffTable) {
    table.on(
      .post, "/licenses/{id}/offline-lease", .write(.licences),
      "Turns the request file of a tracker without network into a signed lease file", body: .json(Self.request),
      answer: Self.issued, status: 201, creates: true, bodyLimit: OfflineRequest.maxLength + 1_024
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      let file = fields.optionalObject("request") ?? nil
      let days = fields.int("days", range: OfflineActivationDesk.days)
      if file == nil { fields.fault("request", "required", "must be what is in the request file") }
      try fields.finish()
      guard let file, let days else { throw Problem.internalError() }
      let issued = try await desk.issue(
        OfflineRequest(reading: file, path: "request"), for: id, days: days, by: call.actor)
      return .created(issued.json, location: "/api/licenses/\(id)/instances")
    }
  }

  private static let request = Schema.object([
    .required(
      "request",
      Schema.map(.any).described("What `trackily license activate --offline` wrote, as it is.")),
    .required("days", .integer.described("How long it shall work, 30 to 365; at most as long as the licence.")),
  ])

  private static let issued = Schema.object([
    .required("license_id", .integer), .required("instance_id", .integer),
    .required(
      "lease_file",
      .object([
        .required("format", .string), .required("lease", .string), .required("plan", .string),
        .required("key_last_four", .string), .required("expires_at", .timestamp),
      ])),
  ])
}
