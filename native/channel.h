// Messages with descriptors over a SOCK_SEQPACKET socket (SCM_RIGHTS).
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "unique-fd.h"

namespace pilotlight {

/// Largest message, bytes: below the default socket buffer (net.core.wmem_default, 208 KiB) with its overhead.
constexpr size_t kMaxMessageBytes = 96 * 1024;
constexpr size_t kMaxMessageFds = 4;

struct Message {
  std::string bytes;
  std::vector<int> fds;  // owned by the receiver
};

/// What to do while the receiver's queue is full.
enum class WhenFull { kWait, kFail };

/// Sends one message; throws SystemError ("send") when the peer is gone, or its queue is full (after 5 s with kWait).
void send_message(int socket, const std::string& bytes, const std::vector<int>& fds, WhenFull when_full);

/// Receives one message (blocking). False when every holder of the other end is gone.
bool receive_message(int socket, Message& message);

/// Reads messages on a thread of its own until closed. Never shuts the socket down: others may hold it too.
class ChannelReader {
 public:
  /// `on_message` runs on the thread; with null: the other end is gone.
  ChannelReader(int socket, std::function<void(Message*)> on_message);
  ~ChannelReader();

 private:
  void run();
  int socket_;
  UniqueFd stop_;  // eventfd
  std::function<void(Message*)> on_message_;
  std::thread thread_;
};

}  // namespace pilotlight
