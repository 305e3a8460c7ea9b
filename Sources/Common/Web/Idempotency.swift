import Core
import Crypto
import HTTPTypes

/// A client's `Idempotency-Key` with what it stands for.
public struct IdempotentRequest: Sendable, Hashable {
  /// 1 to 255 printable ASCII characters.
  public let key: String
  /// SHA-256 over method, path, query and body: the same key must come with the same.
  public let fingerprint: [UInt8]

  /// Nil without the header; 400 if it is malformed.
  init?(_ head: RequestHead, body: [UInt8]) throws(Problem) {
    guard let key = head.header("Idempotency-Key") else { return nil }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .badRequest("Idempotency-Key must be 1 to 255 printable characters.", code: "malformed_idempotency_key")
    }
    self.key = key
    var hash = SHA256()
    hash.update(data: Array("\(head.method.rawValue)\n\(head.path)\n\(head.rawQuery)\n".utf8))
    hash.update(data: body)
    fingerprint = Array(hash.finalize())
  }
}

/// An answer as it is kept for the same key.
public struct StoredReply: Sendable, Hashable {
  public let status: Int
  public let contentType: String?
  public let location: String?
  public let body: [UInt8]

  public init(status: Int, contentType: String?, location: String?, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.location = location
    self.body = body
  }

  /// Nil for streams: they are not kept.
  init?(_ reply: Reply) {
    switch reply.body {
    case .stream: return nil
    case .empty: body = []
    case .bytes(let bytes): body = bytes
    }
    status = reply.status
    contentType = reply.fields[.contentType]
    location = reply.fields[.location]
  }

  var reply: Reply {
    var reply = Reply(status: status, body: body.isEmpty ? .empty : .bytes(body))
    reply.fields[.contentType] = contentType
    reply.fields[.location] = location
    reply.fields[.idempotencyReplayed] = "true"
    return reply
  }
}

/// Where a program keeps idempotency keys. Keys belong to the place and the actor; open routes have no session.
public struct Idempotency<Place: Sendable, Session: Sendable>: Sendable {
  public enum Start: Sendable {
    /// The key is new and now taken: the handler runs.
    case first
    case replay(StoredReply)
    /// The first request with this key is still running: 409.
    case inFlight
    /// The key came before with another fingerprint: 422.
    case reused
  }

  /// Takes the key, atomically.
  public var begin: @Sendable (Place, Session?, IdempotentRequest) async throws -> Start
  /// Keeps the answer of a success.
  public var finish: @Sendable (Place, Session?, IdempotentRequest, StoredReply) async throws -> Void
  /// Gives the key back: nothing was created.
  public var abandon: @Sendable (Place, Session?, IdempotentRequest) async throws -> Void

  public init(
    begin: @escaping @Sendable (Place, Session?, IdempotentRequest) async throws -> Start,
    finish: @escaping @Sendable (Place, Session?, IdempotentRequest, StoredReply) async throws -> Void,
    abandon: @escaping @Sendable (Place, Session?, IdempotentRequest) async throws -> Void
  ) {
    self.begin = begin
    self.finish = finish
    self.abandon = abandon
  }
}

extension HTTPField.Name {
  static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
}
