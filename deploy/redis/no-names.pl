# A resolver that knows no name. Docker's own knows those of the stack, and asks another about the rest; on a network
# without a way out, an engine before 26 waits for that in vain, and whoever asked it for seconds: a Sentinel that looks
# for a master that is away does nothing else meanwhile. So the other one is this: it says at once that there is none.
use strict;
use Socket;
socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "no socket: $!\n";
bind($socket, sockaddr_in(53, INADDR_LOOPBACK)) or die "no port for a resolver: $!\n";
while (defined(my $asker = recv($socket, my $query, 512, 0))) {
    # RFC 1035: the question comes back, with the flags of an answer and the code for a name that does not exist.
    my ($id, $question) = unpack("a2 x10 a*", $query);
    my ($name) = $question =~ /^((?:[^\0].*?)?\0....)/s or next;
    send($socket, $id . pack("n5", 0x8183, 1, 0, 0, 0) . $name, 0, $asker);
}
