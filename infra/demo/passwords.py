"""Hashes of the demonstration's passwords (« empreintes »), made once: hashing a thousand takes a minute.

Nothing here opens anything but the demonstration.
"""

# Three hashes of the tenants’ password, with three salts, shared by all demonstration accounts.
TENANT_HASHES = (
    "$argon2id$v=19$m=19456,t=2,p=1$aut0fVJhjhgg8xPZ2pSBZQ$p4nVcc98I9FQ5iVQwpQQMt4i58WhFC01QlH56MDzVjY",
    "$argon2id$v=19$m=19456,t=2,p=1$wvsOuxDWIEqdtxeK+185mg$EzCD78xPEg8X0EoLkmUSiie4otrT3GUbSrFm/DNbuVk",
    "$argon2id$v=19$m=19456,t=2,p=1$uwEIK/DwIC32WKDjdG84FA$uJ51/VgsUbyGC8F9N0paqr8aIM3KG7aOwrtj4TiLes0",
)
AGENT_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$DqpSdLRoZvGl20YO8ec8AQ$lwUVjyPGcnpOcfqWLYECZ4Rn4QRA9XzNnNmK1jxGBK4"
)
