import Synchronization

/// A small SMTP server that keeps what it is given and answers as it is told.
final class MailSink: Sendable {
  struct Delivery: Sendable {
    var helo = ""
    /// As AUTH PLAIN has them: base 64 of NUL, user, NUL, password.
    var credentials = ""
    var from = ""
    var to: [String] = []
    var lines: [String] = []

    /// As the recipient sees it, dots unstuffed.
    var text: String { lines.joined(separator: "\r\n") }

    func header(_ name: String) -> String? {
      var value: String?
      for line in lines.prefix(while: { !$0.isEmpty }) {
        if let known = value {
          guard line.hasPrefix(" ") else { break }
          value = known + line
        } else if line.lowercased().hasPrefix("\(name.lowercased()): ") {
          value = String(line.dropFirst(name.count + 2))
        }
      }
      return value
    }
  }

  /// What to answer instead of 250 to a command that begins with the key.
  typealias Script = [String: String]

  private let kept = Deliveries()
  private let server: LocalServer

  init(_ script: Script = [:], extensions: [String] = ["8BITMIME"]) throws {
    let kept = kept
    server = try LocalServer { connection in MailSink.converse(connection, script, extensions, kept) }
  }

  var deliveries: [Delivery] { kept.all }
  var url: String { "smtp://127.0.0.1:\(server.port)" }
  var port: Int { server.port }

  private final class Deliveries: Sendable {
    private let list = Mutex<[Delivery]>([])
    var all: [Delivery] { list.withLock { $0 } }
    func add(_ delivery: Delivery) { list.withLock { $0.append(delivery) } }
  }

  private static func converse(
    _ connection: LocalConnection, _ script: Script, _ extensions: [String], _ kept: Deliveries
  ) {
    var delivery = Delivery()
    connection.write("\(script["CONNECT"] ?? "220 sink.test ESMTP")\r\n")
    while let line = connection.readLine() {
      if !line.hasPrefix("AUTH"), let scripted = script.first(where: { line.uppercased().hasPrefix($0.key) })?.value {
        connection.write("\(scripted)\r\n")
        continue
      }
      switch line.uppercased().prefix(4) {
      case "AUTH":
        connection.write("334 \r\n")
        delivery.credentials = connection.readLine() ?? ""
        connection.write("\(script["AUTH"] ?? "235 welcome")\r\n")
      case "EHLO":
        delivery.helo = String(line.dropFirst(5))
        connection.write(
          (["250-sink.test"] + extensions.map { "250-\($0)" }).joined(separator: "\r\n") + "\r\n250 HELP\r\n")
      case "MAIL":
        delivery.from = String(line.dropFirst(10))
        connection.write("250 ok\r\n")
      case "RCPT":
        delivery.to.append(String(line.dropFirst(8)))
        connection.write("250 ok\r\n")
      case "DATA":
        connection.write("354 go on\r\n")
        while let data = connection.readLine(), data != "." {
          delivery.lines.append(data.hasPrefix("..") ? String(data.dropFirst()) : data)
        }
        // Before it is said: who hears it looks.
        kept.add(delivery)
        connection.write("\(script["."] ?? "250 kept")\r\n")
      case "QUIT":
        connection.write("221 bye\r\n")
        return
      default:
        connection.write("250 ok\r\n")
      }
    }
  }
}
