import CLibPQ
import Glibc

/// A libpq connection. It belongs to one thread, which may block in it.
final class PostgresLink {
  let state: LinkState
  private(set) var connection: OpaquePointer?

  init(state: LinkState) { self.state = state }

  deinit { PQfinish(connection) }

  /// Connects, which takes up to `connect_timeout` for each host.
  func open(_ dsn: DSN, options: [String: String]) -> DatabaseError? {
    let parameters = Array(dsn.connectParameters(options: options))
    connection = withCStrings(parameters.map(\.key)) { keys in
      withCStrings(parameters.map(\.value)) { values in PQconnectdbParams(keys, values, 0) }
    }
    guard let connection, PQstatus(connection) == CONNECTION_OK, PQsetnonblocking(connection, 1) == 0 else {
      let reason = connection.map { String(cString: PQerrorMessage($0)) } ?? "out of memory"
      close()
      return DatabaseError(.unreachable, detail: String(reason.split(separator: "\n").first?.prefix(300) ?? ""))
    }
    PQsetNoticeReceiver(connection, { _, _ in }, nil)
    let (socket, backendPID) = (PQsocket(connection), PQbackendPID(connection))
    state.update {
      $0.socket = socket
      $0.backendPID = backendPID
    }
    return nil
  }

  func close() {
    PQfinish(connection)
    connection = nil
    state.update {
      $0.isOpen = false
      $0.socket = -1
    }
  }

  enum Goal { case flushed, result, input }

  /// Blocks until everything is sent, a result can be taken, or any input has arrived. False to give the connection up.
  func wait(for goal: Goal, _ call: inout StatementCall) -> Bool {
    guard let connection else { return false }
    while true {
      let unsent = PQflush(connection)
      switch goal {
      case .flushed where unsent <= 0: return true
      case .result where PQisBusy(connection) == 0: return true
      default: break
      }
      let events = POLLIN | (unsent > 0 ? POLLOUT : 0)
      guard let woken = pollOnce(PQsocket(connection), events: events, timeout: call.pollTimeout) else { return false }
      if goal == .input {
        if call.stopsLocally() != nil { return true }
      } else if !call.proceed(on: connection, wake: state.wake) {
        return false
      }
      if woken.socket {
        // What failed to be read shows in the result that follows.
        if PQconsumeInput(connection) == 0 || goal == .input { return true }
      }
    }
  }

  /// Lets a cancel request that came too late pass before the next statement. False when it takes too long.
  func settle(_ call: inout StatementCall) -> Bool {
    guard let connection else { return false }
    while call.awaitsCanceller {
      guard call.proceed(on: connection, wake: state.wake),
        pollOnce(-1, events: 0, timeout: call.pollTimeout) != nil
      else { return false }
    }
    return true
  }

  /// Nil when the connection is to be broken off.
  private func pollOnce(_ socket: Int32, events: Int32, timeout: Int32) -> (socket: Bool, Void)? {
    var requests = [
      pollfd(fd: socket, events: Int16(events), revents: 0),
      pollfd(fd: state.wake.readEnd, events: Int16(POLLIN), revents: 0),
    ]
    let ready = poll(&requests, nfds_t(requests.count), timeout)
    if ready > 0, requests[1].revents != 0 { state.wake.drain() }
    if state.current.isAborted { return nil }
    return (ready > 0 && requests[0].revents != 0, ())
  }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Answer>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Answer
) -> Answer {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  let pointers = copies.map { UnsafePointer($0) } + [nil]
  return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
}
