import Core
import Security

/// Looks a domain up from outside: who owns it, where it points, who runs its DNS, what certificate it shows.
struct DomainInspection: Sendable {
  var dns: DNSClient
  var certificates: CertificateProbe
  /// PUBLIC_URL's host: where domains have to point. Nil when it is not set.
  let publicHost: String?
  let clock: any WallClock

  /// Whose word was heard on the way, for claiming the host.
  struct Outcome: Sendable {
    var findings: DomainFindings
    /// The TXT records there are, anybody's.
    var texts: [String]
  }

  func inspect(_ domain: Domain) async -> Outcome {
    let host = domain.draft.host
    async let ownership = ownership(domain.verification)
    async let target = target(of: host)
    async let servers = nameServers(of: host)
    let ((proof, texts), (place, addresses), nameServers) = await (ownership, target, servers)
    var findings = DomainFindings()
    findings.nameServers = nameServers
    findings.provider = DNSProvider.name(ofServers: nameServers)
    findings.checks = [proof, place]
    findings.hintAtProxy()
    findings.certificate = await certificate(of: host, at: addresses)
    return Outcome(findings: findings, texts: texts)
  }

  private func ownership(_ record: DomainVerification.Record) async -> (DomainFindings.Check, texts: [String]) {
    var check = DomainFindings.Check(record: "TXT", name: record.name, expected: record.value, found: [])
    switch await dns.result(record.name, .txt) {
    case .failure(let error): check.problem = "\(record.name) could not be looked up: \(error)."
    case .success(let answer):
      check.found = answer.texts.map { String($0.prefix(255)).trimmed }
      if check.found.isEmpty {
        check.problem = "There is no TXT record at \(record.name) yet; it must say \(record.value)."
      } else if !check.found.contains(record.value) {
        let found = check.found.map { "“\($0)”" }.joined(separator: " and ")
        check.problem = "The TXT record at \(record.name) says \(found); it must say \(record.value)."
      }
    }
    return (check, check.found)
  }

  private func target(of host: String) async -> (DomainFindings.Check, addresses: [IPAddress]) {
    let isAddress = publicHost.flatMap { IPAddress($0) } != nil
    var check = DomainFindings.Check(
      record: isAddress ? "A" : "CNAME", name: host, expected: publicHost ?? "", found: [])
    do throws(DNSFailure) {
      let theirs = try await dns.addresses(of: host)
      check.found = theirs.aliases + theirs.addresses.map(\.description)
      check.problem = try await problem(host, theirs.addresses, theirs.aliases)
      return (check, theirs.addresses)
    } catch {
      check.problem = "\(host) could not be looked up: \(error)."
      return (check, [])
    }
  }

  private func problem(
    _ host: String, _ addresses: [IPAddress], _ aliases: [String]
  ) async throws(DNSFailure) -> String? {
    guard let publicHost else { return "PUBLIC_URL is not set, so there is no address to compare with." }
    guard host != publicHost else { return "This is the tracker's own host." }
    let wanted = IPAddress(publicHost) == nil ? "a CNAME record for \(publicHost)" : "an A record for \(publicHost)"
    let found = aliases + addresses.map(\.description)
    if found.isEmpty { return "\(host) has no A, AAAA or CNAME record yet; it must have \(wanted)." }
    if aliases.contains(publicHost) { return nil }
    let ours =
      if let address = IPAddress(publicHost) { [address] } else { try await dns.addresses(of: publicHost).addresses }
    if !addresses.isEmpty, addresses.allSatisfy(Set(ours).contains) { return nil }
    return "\(host) points to \(found.joined(separator: ", ")); it must have \(wanted)."
  }

  /// Knowing the provider is a convenience: what can't be found out is left out.
  private func nameServers(of host: String) async -> [String] { (try? await dns.nameServers(of: host)) ?? [] }

  private func certificate(of host: String, at addresses: [IPAddress]) async -> DomainCertificate? {
    guard !addresses.isEmpty else { return nil }
    var result = DomainCertificate(host: host, shown: nil, checkedAt: clock.now())
    do throws(OutboundError) {
      result.shown = try await certificates.certificate(host, addresses)
    } catch {
      switch error {
      case .forbiddenAddress:
        result.isUnchecked = true
        result.problem = "\(host) points to a private address, which is not connected to."
      case .busy, .cancelled, .invalidRequest:
        result.isUnchecked = true
        result.problem = "The certificate could not be looked at just now."
      case .tls: result.problem = "What answers at port 443 speaks no TLS for \(host)."
      default: result.problem = "Nothing answers at port 443: \(error)."
      }
    }
    return result
  }
}

extension DomainFindings {
  /// Behind Cloudflare's proxy a name shows Cloudflare's addresses, whatever is entered there.
  fileprivate mutating func hintAtProxy() {
    guard provider == "Cloudflare", let index = checks.firstIndex(where: { $0.record != "TXT" }),
      let problem = checks[index].problem, !checks[index].found.isEmpty
    else { return }
    checks[index].problem =
      "\(problem) If that record is there already, switch it from Proxied to DNS only at Cloudflare."
  }
}
