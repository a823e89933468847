#include "channel.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "errors.h"

namespace pilotlight {

void send_message(int socket, const std::string& bytes, const std::vector<int>& fds, WhenFull when_full) {
  if (bytes.size() > kMaxMessageBytes || fds.size() > kMaxMessageFds) {
    throw SystemError("send", EMSGSIZE);
  }
  iovec part = {const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxMessageFds * sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
  }
  timeval patience = {5, 0};
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int flags = MSG_NOSIGNAL | (when_full == WhenFull::kFail ? MSG_DONTWAIT : 0);
  ssize_t sent;
  do {
    sent = sendmsg(socket, &message, flags);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) fail("send");
}

bool receive_message(int socket, Message& message) {
  message.bytes.resize(kMaxMessageBytes);
  iovec part = {message.bytes.data(), message.bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxMessageFds * sizeof(int))];
  msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ssize_t received;
  do {
    received = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  message.fds.clear();
  if (received <= 0) return false;  // an empty message is never sent
  message.bytes.resize(static_cast<size_t>(received));
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (item->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    message.fds.resize(count);
    memcpy(message.fds.data(), CMSG_DATA(item), count * sizeof(int));
  }
  return true;
}

ChannelReader::ChannelReader(int socket, std::function<void(Message*)> on_message)
    : socket_(socket), stop_(eventfd(0, EFD_CLOEXEC)), on_message_(std::move(on_message)) {
  if (stop_.get() < 0) fail("eventfd");
  thread_ = std::thread([this] { run(); });
}

ChannelReader::~ChannelReader() {
  const uint64_t one = 1;
  if (write(stop_.get(), &one, sizeof one) != sizeof one) std::terminate();
  thread_.join();
}

void ChannelReader::run() {
  pollfd waits[2] = {{socket_, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  for (;;) {
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
    if (waits[1].revents) return;
    if (!waits[0].revents) continue;
    Message message;
    if (!receive_message(socket_, message)) {
      on_message_(nullptr);
      return;
    }
    on_message_(&message);
  }
}

}  // namespace pilotlight
