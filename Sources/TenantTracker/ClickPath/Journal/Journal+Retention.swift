public import Core

/// What a call of ``Journal/retire(before:keepFor:now:)`` did.
public struct JournalUpkeep: Hashable, Sendable {
  public var removedSegments: Int
  /// Bytes of the directory afterwards: segments, what is set aside, what is kept because it is damaged.
  public var diskBytes: Int
}

extension Journal {
  /// Lets segments go whose records lie before `position`, which every consumer has passed. They are kept for a while
  /// after that was first said, so that a database restored to an earlier time can be filled again; if the directory
  /// is larger than ``JournalSettings/ceilingBytes`` the oldest of them go at once. Undrained segments never go.
  public func retire(before position: JournalPosition, keepFor: Duration, now: Timestamp) async -> JournalUpkeep {
    await thread.run { [files, segments, settings, onFault] in
      do throws(JournalFileError) {
        var bytes = try Self.bytes(of: files)
        let numbers = segments.retire(
          before: position, keepFor: keepFor, now: now, excess: bytes - settings.ceilingBytes)
        for number in numbers { try files.remove(SegmentName.segment(number)) }
        if !numbers.isEmpty { bytes = try Self.bytes(of: files) }
        return JournalUpkeep(removedSegments: numbers.count, diskBytes: bytes)
      } catch {
        onFault(.upkeepFailed(error))
        return JournalUpkeep(removedSegments: 0, diskBytes: 0)
      }
    }
  }

  private static func bytes(of files: any JournalFiles) throws(JournalFileError) -> Int {
    let names = try files.names()
    var bytes = 0
    for name in names where !names.contains(where: { SegmentName.keptAside($0) == name }) {
      bytes += try files.open(name).size()
    }
    return bytes
  }
}
