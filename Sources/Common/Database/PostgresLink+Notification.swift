import CLibPQ

extension PostgresLink {
  /// Waits for notifications: some, or none when the time is up.
  func awaitNotifications(_ call: inout StatementCall) -> Result<[NotificationListener.Message], LinkFailure> {
    while let connection, PQstatus(connection) == CONNECTION_OK {
      var messages: [NotificationListener.Message] = []
      while let notification = PQnotifies(connection) {
        messages.append(
          .init(
            channel: String(cString: notification.pointee.relname),
            payload: String(cString: notification.pointee.extra)))
        PQfreemem(notification)
      }
      if !messages.isEmpty { return .success(messages) }
      switch call.stopsLocally() {
      case .timeout: return .success([])
      case .some: return .failure(.cancelled)
      case nil: if !wait(for: .input, &call) { close() }
      }
    }
    close()
    return .failure(.lost)
  }
}
