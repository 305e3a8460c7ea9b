import CLibPQ

/// What a statement came to.
struct CommandResult: Sendable {
  var rows: RowSet?
  /// Rows inserted, updated, deleted, selected or copied.
  var affected = 0
  /// The server's command tag, such as `COMMIT`.
  var tag = ""
}

extension PostgresLink {
  typealias Outcome = Result<CommandResult, LinkFailure>

  /// Runs one statement with parameters by the extended protocol, unnamed, with binary results.
  func run(_ statement: SQLStatement, feeding rows: CopyRows? = nil, _ call: inout StatementCall) -> Outcome {
    guard statement.types.count <= SQLStatement.maxParameters else {
      return .failure(LinkFailure(DatabaseError(.server, sqlState: "54023", detail: "too many parameters")))
    }
    return finish(statement.send(on: connection), feeding: rows, &call)
  }

  /// Runs a text of several statements by the simple protocol.
  func run(script: String, _ call: inout StatementCall) -> Outcome {
    finish(PQsendQuery(connection, script) == 1, feeding: nil, &call)
  }

  private func finish(_ isSent: Bool, feeding rows: CopyRows?, _ call: inout StatementCall) -> Outcome {
    var outcome = isSent ? collect(feeding: rows, &call) : .failure(.lost)
    if connection != nil, !settle(&call) { close() }
    if case .failure(let failure) = outcome, failure.error.kind == .connectionLost {
      // A connection given up because it was too slow to cancel reports why it was to stop.
      if let interruption = call.interruption { outcome = .failure(LinkFailure(DatabaseError(interruption))) }
      close()
    }
    let isInTransaction = connection != nil && PQtransactionStatus(connection) != PQTRANS_IDLE
    state.update {
      $0.isInTransaction = isInTransaction
      if !isInTransaction { $0.savepoints = 0 }
    }
    return outcome
  }

  /// Takes results until there are no more; the first failure counts, else the last success.
  private func collect(feeding rows: CopyRows?, _ call: inout StatementCall) -> Outcome {
    var answer = CommandResult()
    var failure: LinkFailure?
    var unfed = rows
    while true {
      guard wait(for: .result, &call) else { return .failure(.lost) }
      guard let result = PQgetResult(connection) else { break }
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK: answer = CommandResult(result)
      case PGRES_EMPTY_QUERY: break
      case PGRES_COPY_IN:
        guard feed(unfed, &call) else { return .failure(.lost) }
        unfed = nil
      case PGRES_COPY_OUT, PGRES_COPY_BOTH: return .failure(.lost)
      default: failure = failure ?? LinkFailure(result: result, interruption: call.interruption)
      }
    }
    return failure.map { .failure($0) } ?? .success(answer)
  }

  /// Sends COPY data; without any, or when stopped, tells the server to undo what it took. False: give up.
  private func feed(_ rows: CopyRows?, _ call: inout StatementCall) -> Bool {
    let chunkBytes = 1 << 16
    let data = rows?.finished ?? []
    var isAccepted = rows != nil
    var offset = 0
    while isAccepted, offset < data.count, call.stopsLocally() == nil {
      let count = min(chunkBytes, data.count - offset)
      isAccepted = data.withUnsafeBytes { bytes in
        let chunk = bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
        return PQputCopyData(connection, chunk, Int32(count)) == 1
      }
      offset += count
      guard wait(for: .flushed, &call) else { return false }
    }
    // Refused data means the server has already answered with its error.
    guard isAccepted || rows == nil else { return true }
    let isWhole = rows != nil && offset == data.count
    return PQputCopyEnd(connection, isWhole ? nil : "stopped") == 1
  }
}

extension SQLStatement {
  fileprivate func send(on connection: OpaquePointer?) -> Bool {
    let formats = [Int32](repeating: 1, count: types.count)
    let lengths = ranges.map { Int32($0?.count ?? 0) }
    return buffer.withUnsafeBytes { bytes in
      let values = ranges.map { range in
        range.flatMap { bytes.baseAddress?.advanced(by: $0.lowerBound).assumingMemoryBound(to: CChar.self) }
      }
      return PQsendQueryParams(connection, text, Int32(types.count), types, values, lengths, formats, 1) == 1
    }
  }
}

extension CommandResult {
  fileprivate init(_ result: OpaquePointer) {
    affected = Int(String(cString: PQcmdTuples(result))) ?? 0
    tag = String(cString: PQcmdStatus(result))
    if PQresultStatus(result) == PGRES_TUPLES_OK { rows = RowSet(result) }
  }
}

extension RowSet {
  fileprivate convenience init(_ result: OpaquePointer) {
    let width = PQnfields(result)
    let count = PQntuples(result)
    let columns = RowColumns(
      names: (0..<width).map { String(cString: PQfname(result, $0)) },
      types: (0..<width).map { SQLType(rawValue: PQftype(result, $0)) })
    var buffer: [UInt8] = []
    var bounds: [(start: Int, end: Int)] = []
    bounds.reserveCapacity(Int(count) * Int(width))
    for row in 0..<count {
      for column in 0..<width {
        if PQgetisnull(result, row, column) == 1 {
          bounds.append((-1, -1))
          continue
        }
        let start = buffer.count
        let length = Int(PQgetlength(result, row, column))
        buffer.append(contentsOf: UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: length))
        bounds.append((start, buffer.count))
      }
    }
    self.init(columns: columns, count: Int(count), buffer: buffer, bounds: bounds)
  }
}
