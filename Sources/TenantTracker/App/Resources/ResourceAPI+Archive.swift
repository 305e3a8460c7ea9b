import Core
import Web

// What was deleted comes back as it was.

extension ResourceAPI {
  func registerRestoring(in table: inout TrackerTable) {
    table.on(
      .post, "\(Item.path)/{id}/restore", .write(Item.section), "Take out of the archive: \(Item.noun)",
      answer: .ref(schemaName)
    ) { .json(try await restore($0.id(), by: $0).json) }
  }

  /// Throws 404 for what is not in the archive, 409 while something it needs is there too or its name is taken by now.
  func restore(_ id: Int64, by call: TrackerCall) async throws -> Item {
    let scope = call.place.scope
    guard try await store.isArchived(id, of: scope) else { throw Problem.notFound(Item.noun) }
    let missing = try await store.missing(for: id, of: scope)
    guard missing.isEmpty else {
      throw Problem.conflict("It needs what is in the archive too: \(missing.joined(separator: ", ")).")
    }
    try await writer.write(to: scope) { connection in
      try await store.restore(id, at: writer.clock.now(), of: scope, in: connection)
      try await writer.audit.append("\(Item.key).restore", "\(Item.key):\(id)", by: call, in: connection)
    }
    return try await find(id, scope)
  }
}
