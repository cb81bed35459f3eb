/// The durable operations, by name.
///
/// Each is announced before it is made, so that a test can stop the studio at any of
/// them and see what is left.
package enum Step: String, Sendable, CaseIterable {
  // Taking in.
  case writeObject, synchroniseObject, placeObject, synchroniseObjectFolder
  case recordTaken
  case hideDrop, unlinkDrop, putBackDrop
  case writeReason, recordRejected, moveToRejected, synchroniseRejected
  case recordSpec, recordWithdrawn
  // Running.
  case recordQueued, recordSkipped, recordSchedule
  case recordSnapshot, makeRunFolder, writeOrder, recordStarted, launchWorker
  case recordInterrupted, recordFailed, recordBlocked, recordWaiting, recordCancelled
  // Delivering.
  case writeWeights, synchroniseWeights, placeWeights, recordWeights
  case makeStaging, writeSong, writeReport, synchroniseStaging
  case recordReady, renameIntoPlace, synchroniseOutbox, recordDelivered
  // Keeping house.
  case recordProblems, recordContent, recordCollected, recordOutbox, recordPruned, removeWeights, removeLeftover
  case setAside, takeBack, leaveRequest, removeRequest
}

/// Hears of each durable operation before it is made.
package protocol StepObserver: Sendable {
  /// Called before the step; what it throws stops the studio there.
  func willMake(_ step: Step) throws
}

/// Lets every step happen.
package struct UnobservedSteps: StepObserver {
  package init() {}
  package func willMake(_ step: Step) {}
}
