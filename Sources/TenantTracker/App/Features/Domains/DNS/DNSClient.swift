import Core
import Security

/// Asks the name servers. A struct of one closure, so that tests can play DNS.
struct DNSClient: Sendable {
  /// One question, answered within a few seconds or not at all.
  let lookUp: @Sendable (_ name: String, _ type: DNSRecordType) async throws(DNSFailure) -> DNSAnswer

  /// Asks `servers`, one after the other, on threads of its own.
  /// - Parameters:
  ///   - patience: how long one server is waited for. Each is asked twice.
  ///   - threads: questions under way; so many more may wait, others are refused.
  static func system(
    servers: [DNSServer], patience: Duration = .seconds(2), threads: Int = 8
  ) -> DNSClient {
    let workers = WorkerThreads(count: threads, queueLimit: 256)
    let exchange = DNSExchange(servers: servers, patience: patience)
    return DNSClient { name, type throws(DNSFailure) in
      let question = try DNSQuestion(name, type)
      let result: Result<DNSAnswer, DNSFailure>
      do throws(WorkerThreads.Refusal) {
        result = try await workers.run { exchange.result(of: question) }
      } catch {
        throw .busy
      }
      return try result.get()
    }
  }

  /// All addresses of a name, and what it is an alias for.
  func addresses(of host: String) async throws(DNSFailure) -> (addresses: [IPAddress], aliases: [String]) {
    let both = await withTaskGroup(of: Result<DNSAnswer, DNSFailure>.self) { group in
      for type in [DNSRecordType.a, .aaaa] { group.addTask { await result(host, type) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var (addresses, aliases): ([IPAddress], [String]) = ([], [])
    for answer in both {
      let answer = try answer.get()
      addresses += answer.addresses
      if aliases.isEmpty { aliases = answer.aliases(of: host) }
    }
    return (addresses.sorted { $0.description < $1.description }, aliases)
  }

  func result(_ name: String, _ type: DNSRecordType) async -> Result<DNSAnswer, DNSFailure> {
    do throws(DNSFailure) { return .success(try await lookUp(name, type)) } catch { return .failure(error) }
  }

  /// The name servers of the zone that a host is in: its own, else those of the next name above that has some.
  func nameServers(of host: String) async throws(DNSFailure) -> [String] {
    var labels = host.split(separator: ".")
    while labels.count >= 2 {
      let zone = labels.joined(separator: ".")
      let found = try await lookUp(zone, .ns).nameServers(of: zone)
      if !found.isEmpty { return found }
      labels.removeFirst()
    }
    return []
  }
}
