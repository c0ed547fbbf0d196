#!/bin/bash
# Makes an instance of Amazon Linux 2023 the way out of the private subnets.
set -euo pipefail
until dnf install -y nftables; do sleep 5; done # its own address comes a moment after it
sysctl -w net.ipv4.ip_forward=1
echo net.ipv4.ip_forward=1 >/etc/sysctl.d/90-nat.conf
nft add table ip nat
nft add chain ip nat postrouting '{ type nat hook postrouting priority 100 ; }'
nft add rule ip nat postrouting oifname != lo masquerade
nft list ruleset >/etc/nftables/nat.nft
echo 'include "/etc/nftables/nat.nft"' >>/etc/sysconfig/nftables.conf
systemctl enable nftables
