import Core
import Synchronization
import TestSupport

@testable import LicenseServer
@testable import Security

/// Other systems' endpoints, that say what a test wants.
final class WebhookReceiver: Sendable {
  struct Arrival: Sendable {
    let url: String
    let headers: [HeaderField]
    let body: String

    var id: String { headers["webhook-id"] ?? "" }
    var timestamp: Int64 { headers["webhook-timestamp"].flatMap { Int64($0) } ?? 0 }
    var signatures: [String] { (headers["webhook-signature"] ?? "").split(separator: " ").map(String.init) }
    var type: String { (try? JSONValue.parse(Array(body.utf8)))?["type"]?.stringValue ?? "" }

    /// Whether one of the signatures is the secret's.
    func isSigned(by secret: String) -> Bool {
      WebhookSecret(secret).map { signatures.contains($0.signature(id: id, timestamp: timestamp, body: body)) } ?? false
    }
  }

  private let arrivals = Mutex<[Arrival]>([])
  private let answers = Mutex<[String: Int]>([:])

  var received: [Arrival] { arrivals.withLock { $0 } }

  /// What the endpoint at this address answers from now on; 200 unless said.
  func answer(_ status: Int, at url: String) { answers.withLock { $0[url] = status } }

  var send: WebhookSender.Send {
    { [self] request throws(OutboundError) in
      let body = String(decoding: request.body, as: UTF8.self)
      arrivals.withLock { $0.append(Arrival(url: request.url, headers: request.headers, body: body)) }
      let status = answers.withLock { $0[request.url] ?? 200 }
      return OutboundResponse(status: status, headers: [], body: Array("said \(status)".utf8))
    }
  }
}

extension RunningServer {
  /// An endpoint as the API gave it out, with its secret.
  func endpoint(_ url: String = "https://hooks.example.com/a", _ more: JSONObject = [:]) async throws -> JSONValue {
    var body: JSONObject = ["url": .string(url)]
    for member in more.members { body[member.key] = member.value }
    return try await vendor().post("/api/webhook-endpoints", json: .object(body)).json
  }

  /// Sends what is due, until nothing is.
  @discardableResult
  func sendWebhooks(to receiver: WebhookReceiver) async throws -> Int {
    try await plane.makeWebhookRunner(send: receiver.send).runDue()
  }
}
