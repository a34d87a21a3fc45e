window.YTD.direct_messages.part0 = [
  {
    "dmConversation": {
      "conversationId": "90071992547409931-1200000000000000001",
      "messages": [
        {
          "reactionCreate": {
            "senderId": "1200000000000000001",
            "reactionKey": "like",
            "eventId": "1",
            "createdAt": "2026-03-02T11:00:00.000Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90071992547409931",
            "reactions": [],
            "urls": [],
            "text": "감사합니다!",
            "mediaUrls": [],
            "senderId": "1200000000000000001",
            "id": "1775900000000000003",
            "createdAt": "2026-03-02T10:31:00.000Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "1200000000000000001",
            "reactions": [],
            "urls": [],
            "text": "확인했습니다. 지갑 0x52908400098527886E0F7030069857D2E4169EE7 로 보냈습니다",
            "mediaUrls": [],
            "senderId": "90071992547409931",
            "id": "1775900000000000002",
            "createdAt": "2026-03-02T10:30:00.000Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90071992547409931",
            "reactions": [],
            "urls": [],
            "text": "출금이 안 돼요. someone@example.com",
            "mediaUrls": [],
            "senderId": "1200000000000000001",
            "id": "1775900000000000001",
            "createdAt": "2026-03-02T09:30:00.000Z"
          }
        }
      ]
    }
  },
  {
    "dmConversation": {
      "conversationId": "90071992547409931-1200000000000000002",
      "messages": [
        {
          "messageCreate": {
            "recipientId": "90071992547409931",
            "reactions": [],
            "urls": [],
            "text": "Still locked out",
            "mediaUrls": [],
            "senderId": "1200000000000000002",
            "id": "1775900000000000013",
            "createdAt": "2026-03-09T08:00:00.000Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "1200000000000000002",
            "reactions": [],
            "urls": [],
            "text": "Please reset it here",
            "mediaUrls": [],
            "senderId": "90071992547409931",
            "id": "1775900000000000012",
            "createdAt": "2026-03-02T09:10:00.000Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "90071992547409931",
            "reactions": [],
            "urls": [],
            "text": "I can't log in",
            "mediaUrls": [],
            "senderId": "1200000000000000002",
            "id": "1775900000000000011",
            "createdAt": "2026-03-02T09:00:00.000Z"
          }
        }
      ]
    }
  },
  {
    "dmConversation": {
      "conversationId": "90071992547409931-1200000000000000003",
      "messages": [
        {
          "joinConversation": {
            "initiatingUserId": "90071992547409931",
            "participantsSnapshot": [],
            "createdAt": "2026-03-02T07:00:00.000Z"
          }
        },
        {
          "messageCreate": {
            "recipientId": "1200000000000000003",
            "reactions": [],
            "urls": [],
            "text": "Your KYC is about to expire",
            "mediaUrls": [],
            "senderId": "90071992547409931",
            "id": "1775900000000000021",
            "createdAt": "2026-03-02T07:00:00.000Z"
          }
        }
      ]
    }
  }
]