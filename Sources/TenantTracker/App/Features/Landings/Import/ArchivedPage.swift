import Core

extension ImportedPage {
  /// Where an archive's files are taken to be.
  private static let archiveBase = "http://archive.invalid/"

  /// The page of a ZIP archive: `index.html` in the topmost folder that has one, else the only page there is; with every
  /// file of the archive that may be part of one. Takes as long as unpacking does.
  init(archive bytes: [UInt8], limits: ImportLimits) throws(ImportFailure) {
    do {
      try self.init(unpacking: bytes, limits)
    } catch let fault as ZIPArchive.Fault {
      throw ImportFailure("\(fault)")
    } catch let failure as ImportFailure {
      throw failure
    } catch {
      throw ImportFailure("The archive can't be read.")
    }
  }

  private init(unpacking bytes: [UInt8], _ limits: ImportLimits) throws {
    let archive = try ZIPArchive(bytes, fileLimit: 5 * limits.files)
    guard let index = Self.index(of: archive.entries) else {
      throw ImportFailure("The archive holds no index.html.")
    }
    var left = limits.totalBytes
    let unpack = { (entry: ZIPArchive.Entry, left: inout Int) throws -> [UInt8] in
      let content = try archive.content(of: entry, limit: min(limits.fileBytes, left))
      left -= content.count
      return content
    }
    let base = Self.address(index.name)
    self.init(html: PageText.utf8(try unpack(index, &left), contentType: nil), base: base)
    for entry in archive.entries where entry.name != index.name {
      guard let type = AssetType(file: entry.name) else {
        note("\(entry.name): left out, such files are not served")
        continue
      }
      guard files.count < limits.files else { throw ZIPArchive.Fault.tooManyFiles(limit: limits.files) }
      guard entry.name.split(separator: "/").count <= LandingAsset.depthLimit else {
        note("\(entry.name): left out, it lies too deep")
        continue
      }
      let url = Self.address(entry.name)
      files[url] = LandingAsset(path: entry.name, type: type, bytes: try unpack(entry, &left))
      if type.isStyleSheet { styleBases[url] = url }
    }
    _ = PageReferences.rewrite(html: html, base: base, dropped: { note($0) }) { address, start, use in
      guard use == .asset, !address.contains("{{"), let url = PageReferences.absolute(address, base: start),
        files[url] == nil
      else { return nil }
      note(
        url.hasPrefix(Self.archiveBase)
          ? "\(address): not in the archive" : "\(url): not in the archive, it is loaded from there")
      return nil
    }
    self.base = base
  }

  private static func index(of entries: [ZIPArchive.Entry]) -> ZIPArchive.Entry? {
    let pages = entries.filter { AssetType(file: $0.name)?.isPage == true }
    let indices = pages.filter {
      ["index.html", "index.htm"].contains($0.name.split(separator: "/").last?.lowercased())
    }
    let depth = { (entry: ZIPArchive.Entry) in entry.name.split(separator: "/").count }
    return indices.min { (depth($0), $0.name) < (depth($1), $1.name) } ?? (pages.count == 1 ? pages[0] : nil)
  }

  private static func address(_ name: String) -> String {
    archiveBase + name.split(separator: "/").map { PercentCoding.encodeComponent($0) }.joined(separator: "/")
  }

  /// Whether what is not among the files is somewhere else on the web.
  var isFromArchive: Bool { base?.hasPrefix(Self.archiveBase) == true }
}

extension ImportedPage {
  /// The page and its style sheets with the addresses their files have here.
  /// - Parameter prefix: `/lander/7/1/`.
  func placed(below prefix: String) -> (html: String, assets: [LandingAsset]) {
    let write: PageReferences.Writer = { address, base, _ in
      guard !address.contains("{{"), let url = PageReferences.absolute(address, base: base) else { return nil }
      let fragment = address.firstIndex(of: "#").map { String(address[$0...]) } ?? ""
      if let asset = files[url] {
        let path = asset.path.split(separator: "/").map { PercentCoding.encodeComponent($0) }.joined(separator: "/")
        return "\(prefix)\(path)\(fragment)"
      }
      return isFromArchive ? nil : url + fragment
    }
    let page = base == nil ? html : PageReferences.rewrite(html: html, base: base, write)
    let assets = files.map { url, asset in
      var placed = asset
      if let start = styleBases[url] { placed.bytes = PageReferences.rewrite(css: asset.bytes, base: start, write) }
      return placed
    }
    return (String(decoding: page, as: UTF8.self), assets.sorted { $0.path < $1.path })
  }
}
