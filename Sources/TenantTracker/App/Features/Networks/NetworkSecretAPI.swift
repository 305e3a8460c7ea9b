import Core
import Database
import Web

/// `/networks/{id}/postback-secret`: the key of the network's HMAC signatures.
struct NetworkSecretAPI: Sendable {
  let networks: ResourceAPI<NetworkStore>
  let store: NetworkSecretStore

  func register(in table: inout TrackerTable) {
    table.on(
      .post, "/networks/{id}/postback-secret", .write(.networks),
      "Ask for signed postbacks from now on, with a new key: the answer is the only place that shows it. A former key is "
        + "good for a day more",
      answer: .object([.required("secret", .string.described("The key, as its text's bytes."))]), status: 201
    ) { call in .json(["secret": .string(try await rotate(by: call).text)], status: 201) }
    table.on(
      .delete, "/networks/{id}/postback-secret", .write(.networks), "Take postbacks without a signature again",
      status: 204
    ) { call in
      try await remove(by: call)
      return .noContent
    }
  }

  func rotate(by call: TrackerCall) async throws -> NetworkSecret {
    let secret = NetworkSecret.random()
    try await write("network.secret_change", by: call) { id, scope, connection in
      try await store.rotate(id, to: secret, of: scope, in: connection)
    }
    return secret
  }

  func remove(by call: TrackerCall) async throws {
    try await write("network.secret_remove", by: call) { id, scope, connection in
      try await store.remove(id, of: scope, in: connection)
    }
  }

  private func write(
    _ action: String, by call: TrackerCall, _ body: @Sendable (Int64, TenantScope, Connection) async throws -> Void
  ) async throws {
    let scope = call.place.scope
    let network = try await networks.find(call.id(), scope)
    try await networks.writer.write(to: scope) { connection in
      try await body(network.id, scope, connection)
      try await networks.writer.audit.append(action, "network:\(network.id)", by: call, in: connection)
    }
  }
}
