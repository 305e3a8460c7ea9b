import Core
import Foundation
import Logging
import Web

/// The control API's part that carries a tenant to another installation: an archive is made here, fetched piece by piece,
/// put together there and imported. Each request may be sent again.
///
/// An archive is run as SQL with the rights of the database's owner, so CONTROL_TOKEN is worth as much as DATABASE_URL.
struct ControlArchives: Sendable {
  let tracker: Tracker
  let directory: TenantDirectory
  let shelf: ArchiveShelf

  /// The most bytes of one piece.
  static let pieceLimit = 8 << 20

  init(tracker: Tracker, directory: TenantDirectory) {
    self.tracker = tracker
    self.directory = directory
    shelf = ArchiveShelf(stateDirectory: tracker.configuration.stateDirectory)
  }

  /// Whether the programs are here that archives are made and read with.
  var hasPrograms: Bool {
    ["pg_dump", "psql", "tar"].allSatisfy { (try? SystemProgram($0, package: "")) != nil }
  }

  func register(in table: inout ControlAPI.Table) {
    table.define("Archive", .object([.required("bytes", .integer), .required("sha256", .string)]))
    table.on(
      .put, "/tenants/{slug}/archives/{id}", .signedIn, "Makes an archive of a tenant", answer: .ref("Archive"),
      handler: make)
    table.on(
      .get, "/archives/{id}", .signedIn, "How much of an archive is here",
      answer: .object([.required("bytes", .integer), .required("whole", .boolean)])
    ) { call in
      let id = try call.uuid()
      return .json(["bytes": .int(shelf.received(id)), "whole": .bool(shelf.isThere(id))])
    }
    table.on(
      .get, "/archives/{id}/piece", .signedIn, "Bytes of an archive, at most 8 MiB", query: Self.place, handler: read)
    table.on(
      .put, "/archives/{id}/piece", .signedIn, "The next bytes of an archive, at most 8 MiB", query: [Self.place[0]],
      body: .raw, status: 204, bodyLimit: Self.pieceLimit, handler: write)
    table.on(
      .delete, "/archives/{id}", .signedIn, "Removes an archive's file", status: 204
    ) { call in
      shelf.remove(try call.uuid())
      return .noContent
    }
    table.on(
      .post, "/tenants/{slug}/import", .signedIn, "Makes a tenant of an archive that was sent here",
      body: .json(.object([.required("archive", .uuid), .required("sha256", .string)])),
      answer: .object([.required("slug", .string), .required("warnings", .array(.string))]), status: 201,
      handler: importTenant)
  }

  private static let place = [
    QueryParameter("offset", .integer, "The first byte's number, from 0.", isRequired: true),
    QueryParameter("length", .integer, "How many; 8 MiB unless given."),
  ]

  private func make(_ call: ControlAPI.ControlCall) async throws -> Reply {
    let id = try call.uuid()
    let slug = call.parameter("slug")
    return try await reportingFailures {
      try await shelf.once("\(id)") {
        try shelf.makeFolder()
        if !shelf.isThere(id) { _ = try await TenantArchive(tracker: tracker).export(slug: slug, to: shelf.file(id)) }
        let facts = try await shelf.facts(id)
        return .json(["bytes": .int(facts.bytes), "sha256": .string(facts.sha256)])
      }
    }
  }

  private func read(_ call: ControlAPI.ControlCall) async throws -> Reply {
    let offset = try Self.number("offset", call, in: 0...Int.max)
    let length =
      call.query("length") == nil ? Self.pieceLimit : try Self.number("length", call, in: 1...Self.pieceLimit)
    let bytes = try await shelf.read(call.uuid(), at: offset, count: length)
    return Reply(type: .binary, bytes: bytes)
  }

  private func write(_ call: ControlAPI.ControlCall) async throws -> Reply {
    let offset = try Self.number("offset", call, in: 0...Int.max)
    let id = try call.uuid()
    try await shelf.once("\(id)") { try await shelf.write(call.bytes, to: id, at: offset) }
    return .noContent
  }

  private func importTenant(_ call: ControlAPI.ControlCall) async throws -> Reply {
    var fields = try call.fields()
    let archive = fields.string("archive").flatMap { UUIDv7($0) }
    let sha256 = fields.string("sha256", length: 64...64)
    if archive == nil { fields.fault("archive", "invalid", "must be the archive's UUID") }
    try fields.finish()
    guard let archive, let sha256 else { throw Problem.internalError() }
    let slug = call.parameter("slug")
    return try await reportingFailures {
      try await shelf.once("\(archive)") {
        if let made = try await tracker.catalog.find(slug: slug), made.status != .deleted, made.status != .building {
          return Self.answer(slug, warnings: [])
        }
        try await shelf.complete(archive, expecting: sha256)
        let made = try await TenantArchive(tracker: tracker).importTenant(from: shelf.file(archive), slug: slug)
        try await directory.reload()
        return Self.answer(slug, warnings: made.warnings)
      }
    }
  }

  private static func answer(_ slug: String, warnings: [String]) -> Reply {
    .created(
      ["slug": .string(slug), "warnings": JSONValue(warnings)], location: "/control/v1/tenants/\(slug)")
  }

  /// What is wrong with an archive or this machine, in words that reach whoever asked.
  private func reportingFailures(_ work: () async throws -> Reply) async throws -> Reply {
    do {
      return try await work()
    } catch let error as TenantArchive.Failure {
      throw Problem.invalid("archive", "invalid", error.description)
    } catch let error as SystemProgram.Missing {
      throw Problem.conflict(error.description)
    } catch let error as SystemProgram.Failed {
      tracker.logger.error("archive not finished", metadata: ["error": "\(error)"])
      throw Problem.unavailable("\(error.name) did not succeed; the tracker's log says why.", retryAfter: 30)
    }
  }

  private static func number(
    _ name: String, _ call: ControlAPI.ControlCall, in range: ClosedRange<Int>
  ) throws(Problem) -> Int {
    guard let number = call.query(name).flatMap({ Int($0) }), range.contains(number) else {
      throw .invalid(name, "range", "must be a whole number, at least \(range.lowerBound)")
    }
    return number
  }
}
