/// What a new connection is told besides its DSN.
struct ConnectionOptions: Sendable {
  var statementTimeout: Duration? = .seconds(30)
  /// Server settings for the whole session, sent when it starts.
  var settings: [String: String] = [
    "TimeZone": "UTC", "client_connection_check_interval": "10s", "idle_in_transaction_session_timeout": "300s",
    // Reports are long statements over few rows: compiling one takes longer than it saves.
    "jit": "off",
    // A cursor is read to its end, so the plan that has the first rows soonest is the wrong one.
    "cursor_tuple_fraction": "1",
  ]
}

extension Connection {
  /// Opens a connection outside any pool. It closes when it is let go of.
  public static func open(
    _ dsn: DSN, statementTimeout: Duration? = .seconds(30)
  ) async throws(DatabaseError) -> Connection {
    try await open(dsn, options: ConnectionOptions(statementTimeout: statementTimeout))
  }

  static func open(_ dsn: DSN, options: ConnectionOptions) async throws(DatabaseError) -> Connection {
    // When the task is cancelled first, the connection that comes later is let go of and closes.
    let outcome = Settlement<Result<Connection, DatabaseError>>()
    open(dsn, options: options) { outcome.settle($0) }
    return try await withTaskCancellationHandler {
      await outcome.value
    } onCancel: {
      outcome.settle(.failure(DatabaseError(.cancelled)))
    }.get()
  }

  /// Starts the connection's thread; `completion` is called on it.
  static func open(
    _ dsn: DSN, options: ConnectionOptions,
    completion: @escaping @Sendable (Result<Connection, DatabaseError>) -> Void
  ) {
    guard let wake = WakePipe() else {
      return completion(.failure(DatabaseError(.unreachable, detail: "no file descriptor left")))
    }
    let isStarted = DetachedThread.start {
      let state = LinkState(wake: wake)
      let link = PostgresLink(state: state)
      if let error = link.open(dsn, options: options.settings) { return completion(.failure(error)) }
      let mailbox = Mailbox<Job>()
      completion(.success(Connection(state: state, mailbox: mailbox, statementTimeout: options.statementTimeout)))
      while let job = mailbox.take() { job(link) }
      link.close()
    }
    if !isStarted { completion(.failure(DatabaseError(.unreachable, detail: "no thread left"))) }
  }

  /// Asks the server for a sign of life; `completion` is called on the connection's thread.
  func verify(completion: @escaping @Sendable (_ isAlive: Bool) -> Void) {
    let isQueued = mailbox.put { [state] link in
      var call = StatementCall(timeout: .seconds(5), cancellation: Cancellation(wake: state.wake))
      if case .success = link.run(SQL("SELECT 1").rendered, &call) { completion(true) } else { completion(false) }
    }
    if !isQueued { completion(false) }
  }
}
