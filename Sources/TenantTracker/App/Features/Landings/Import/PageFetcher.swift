import Core
import Crypto
import Security

/// Fetches a page with the files it needs, from wherever they are: only from addresses that the tracker's policy allows,
/// each redirect checked anew, everything bounded.
struct PageFetcher: Sendable {
  let http: OutboundHTTP
  let limits: ImportLimits

  /// How far it is; called after each file.
  typealias Progress = @Sendable (_ done: Int, _ total: Int) async -> Void

  /// The page with all its files that could be had. Throws ``ImportFailure`` when the page itself could not.
  func page(at address: String, _ progress: Progress) async throws -> ImportedPage {
    let found = try await self.html(at: address)
    var page = ImportedPage(html: PageText.utf8(found.response.body, contentType: found.type), base: found.url)
    var queue = AssetQueue(limit: limits.files)
    _ = PageReferences.rewrite(html: page.html, base: page.base, dropped: { page.note($0) }) {
      queue.add($0, $1, $2)
      return nil
    }
    let deadline = ContinuousClock.now + limits.totalTimeout
    var size = found.response.body.count
    await withTaskGroup(of: (String, Fetched).self) { group in
      var running = 0
      while true {
        while running < limits.transfersAtOnce, let url = queue.next() {
          running += 1
          group.addTask { (url, await fetch(url, by: deadline)) }
        }
        guard running > 0, let (url, fetched) = await group.next() else { return }
        running -= 1
        queue.done += 1
        switch fetched {
        case .refused(let reason): page.note("\(url): \(reason)")
        case .asset(let asset, let final):
          size += asset.bytes.count
          if size > limits.totalBytes {
            page.note("\(url): left out, the page's files are more than \(limits.totalBytes >> 20) MB in all")
          } else {
            page.files[url] = asset
            if asset.type.isStyleSheet {
              page.styleBases[url] = final
              _ = PageReferences.rewrite(css: asset.bytes, base: final) {
                queue.add($0, $1, $2)
                return nil
              }
            }
          }
        }
        await progress(queue.done, queue.total)
      }
    }
    for url in queue.refused { page.note("\(url): left out, the page has more than \(limits.files) files") }
    return page
  }

  private struct Found: Sendable {
    let response: OutboundResponse
    let url: String

    var type: String? { response.headers["content-type"] }
  }

  private func html(at address: String) async throws -> Found {
    let result = await get(address, accept: "text/html,application/xhtml+xml", by: .now + limits.fileTimeout)
    let found: Found
    switch result {
    case .success(let answer): found = answer
    case .failure(let failure): throw failure
    }
    guard found.response.isSuccess else { throw ImportFailure("The page answered \(found.response.status).") }
    let type = found.type?.prefix { $0 != ";" }.trimmed.lowercased() ?? "text/html"
    guard ["text/html", "application/xhtml+xml"].contains(type) else {
      throw ImportFailure("The address answered with \(type), not with a page.")
    }
    return found
  }

  private enum Fetched: Sendable {
    case asset(LandingAsset, final: String)
    case refused(String)
  }

  private func fetch(_ url: String, by deadline: ContinuousClock.Instant) async -> Fetched {
    guard .now < deadline else { return .refused("left out, the import took too long") }
    switch await get(url, accept: "*/*", by: min(deadline, .now + limits.fileTimeout)) {
    case .failure(let failure): return .refused(failure.description)
    case .success(let found):
      guard found.response.isSuccess else { return .refused("answered \(found.response.status)") }
      let path = found.url.prefix { $0 != "?" }
      guard let type = AssetType(contentType: found.type, path: path), !type.isPage else {
        return .refused("answered with \(found.type ?? "no content type"), which is no file of a page")
      }
      let asset = LandingAsset(path: Self.name(of: url, type), type: type, bytes: found.response.body)
      return .asset(asset, final: found.url)
    }
  }

  /// One address, its redirects followed one by one.
  private func get(
    _ address: String, accept: String, by deadline: ContinuousClock.Instant
  ) async -> Result<Found, ImportFailure> {
    var url = address
    for _ in 0...limits.redirects {
      let request = OutboundRequest(
        .get, url, headers: [HeaderField("Accept", accept), HeaderField("Accept-Language", "en")])
      let bounds = OutboundLimits(totalTimeout: deadline - .now, responseSize: limits.fileBytes)
      let answer = await send(request, bounds)
      guard case .success(let response) = answer else {
        if case .failure(let error) = answer { return .failure(Self.failure(error)) }
        continue
      }
      guard (300..<400).contains(response.status), let location = response.headers["location"] else {
        return .success(Found(response: response, url: url))
      }
      guard let next = PageReferences.absolute(location, base: url) else {
        return .failure(ImportFailure("redirects to what is no web address"))
      }
      url = next
    }
    return .failure(ImportFailure("redirects more than \(limits.redirects) times"))
  }

  private func send(
    _ request: OutboundRequest, _ bounds: OutboundLimits
  ) async -> Result<OutboundResponse, OutboundError> {
    do throws(OutboundError) { return .success(try await http.send(request, limits: bounds)) } catch {
      return .failure(error)
    }
  }

  private static func failure(_ error: OutboundError) -> ImportFailure {
    switch error {
    case .tooLarge(let limit): ImportFailure("is larger than \(limit >> 20) MB")
    case .forbiddenAddress(let host): ImportFailure("\(host) is not on the public internet")
    default: ImportFailure("\(error)")
    }
  }

  /// A name of ours for an address: the same address has the same, two never do.
  private static func name(of url: String, _ type: AssetType) -> String {
    let key = Array(SHA256.hash(data: Array(url.utf8))).hex.prefix(12)
    let last = url.prefix { $0 != "?" }.split(separator: "/").last ?? ""
    let stem = last.prefix { $0 != "." }.prefix(40).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    return stem.isEmpty ? "\(key).\(type.ending)" : "\(key)-\(stem).\(type.ending)"
  }
}

/// Addresses to fetch, each once.
private struct AssetQueue {
  let limit: Int
  var done = 0
  private var waiting: [String] = []
  private var known: Set<String> = []
  private(set) var refused: [String] = []

  init(limit: Int) { self.limit = limit }

  var total: Int { known.count - refused.count }

  mutating func add(_ address: String, _ base: String?, _ use: PageReferences.Use) {
    guard use == .asset, !address.contains("{{"), let url = PageReferences.absolute(address, base: base),
      known.insert(url).inserted
    else { return }
    if total > limit { refused.append(url) } else { waiting.append(url) }
  }

  mutating func next() -> String? { waiting.isEmpty ? nil : waiting.removeFirst() }
}
