/// One connection to Postgres with a thread of its own. Statements run one after another, in the order they came.
///
/// Cancelling the calling task cancels the statement on the server; the connection stays usable.
public final class Connection: SQLExecutor {
  typealias Job = @Sendable (PostgresLink) -> Void

  let state: LinkState
  let mailbox: Mailbox<Job>
  /// How long a statement may run unless told otherwise; nil for ever.
  let statementTimeout: Duration?

  init(state: LinkState, mailbox: Mailbox<Job>, statementTimeout: Duration?) {
    self.state = state
    self.mailbox = mailbox
    self.statementTimeout = statementTimeout
  }

  deinit { mailbox.close() }

  /// False once the connection broke or was closed.
  public var isOpen: Bool { state.current.isOpen && !state.current.isAborted }
  public var isInTransaction: Bool { state.current.isInTransaction }
  /// The server process that serves this connection.
  public var backendPID: Int32 { state.current.backendPID }

  public func query(_ sql: SQL) async throws(DatabaseError) -> [Row] { try await query(sql, timeout: statementTimeout) }

  /// - Parameter timeout: how long the statement may run; nil for ever.
  public func query(_ sql: SQL, timeout: Duration?) async throws(DatabaseError) -> [Row] {
    try await run(sql, timeout: timeout).rows?.rows ?? []
  }

  @discardableResult
  public func execute(_ sql: SQL) async throws(DatabaseError) -> Int {
    try await execute(sql, timeout: statementTimeout)
  }

  @discardableResult
  public func execute(_ sql: SQL, timeout: Duration?) async throws(DatabaseError) -> Int {
    try await run(sql, timeout: timeout).affected
  }

  /// COPYs `rows` into `target`, written as `schema.table (column, ...)`. All rows or none.
  /// - Returns: the number of rows written.
  @discardableResult
  public func copyIn(_ target: SQL, rows: CopyRows) async throws(DatabaseError) -> Int {
    let statement = ("COPY " + target + " FROM STDIN (FORMAT binary)").rendered
    return try await call(timeout: statementTimeout) { link, call in
      link.run(statement, feeding: rows, &call)
    }.affected
  }

  /// Ends the connection once the statements already asked for are done.
  public func close() { mailbox.close() }

  /// Ends the connection now; a running statement fails with ``DatabaseError/Kind/connectionLost``.
  public func abort() {
    state.abort()
    mailbox.close()
  }

  /// Runs one statement to its end; `isShielded` from the task's cancellation.
  func run(_ sql: SQL, timeout: Duration?, isShielded: Bool = false) async throws(DatabaseError) -> CommandResult {
    let statement = sql.rendered
    return try await call(timeout: timeout, isShielded: isShielded) { link, call in link.run(statement, &call) }
  }

  private func call<Answer: Sendable>(
    timeout: Duration?, isShielded: Bool = false,
    _ work: @escaping @Sendable (PostgresLink, inout StatementCall) -> Result<Answer, LinkFailure>
  ) async throws(DatabaseError) -> Answer {
    do throws(LinkFailure) {
      return try await perform(timeout: timeout, isShielded: isShielded, work).get()
    } catch {
      throw error.error
    }
  }

  /// Does `work` on the connection's thread.
  func perform<Answer: Sendable>(
    timeout: Duration?, isShielded: Bool = false,
    _ work: @escaping @Sendable (PostgresLink, inout StatementCall) -> Result<Answer, LinkFailure>
  ) async -> Result<Answer, LinkFailure> {
    let cancellation = Cancellation(wake: state.wake)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isQueued = mailbox.put { link in
          guard !cancellation.isRequested else { return continuation.resume(returning: .failure(.cancelled)) }
          guard link.connection != nil else { return continuation.resume(returning: .failure(.lost)) }
          var call = StatementCall(timeout: timeout, cancellation: cancellation)
          continuation.resume(returning: work(link, &call))
        }
        if !isQueued { continuation.resume(returning: .failure(.lost)) }
      }
    } onCancel: {
      if !isShielded { cancellation.request() }
    }
  }
}
